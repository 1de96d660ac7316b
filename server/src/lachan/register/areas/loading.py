"""Loading the administrative units, for the command line and the demo."""

from collections.abc import Callable

from lachan.register.areas import actions
from lachan.register.areas.sources import SourceMismatchError, SourceMissingError
from lachan.register.areas.store import Written

__all__ = ["SourceMismatchError", "SourceMissingError", "Written", "load_areas"]


def load_areas(progress: Callable[[str], None] = lambda _: None) -> Written:
    """Load or refresh the units, telling each step to `progress`. See actions.load_areas."""
    return actions.load_areas(progress=progress)
