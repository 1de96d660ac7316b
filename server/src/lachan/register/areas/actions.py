"""Changes of the register of areas."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from lachan.ground import audit
from lachan.register.areas.assemble import assemble
from lachan.register.areas.store import Written, write


@transaction.atomic
def load_areas(*, progress: Callable[[str], None] = lambda _: None) -> Written:
    """Load the units from the installed lists and our facts; a second load changes nothing.

    Names are those in force today in Vietnam. Raises SourceMissingError (a list is not installed) or
    SourceMismatchError.
    """
    progress("Reading the lists of administrative units")
    register = assemble(timezone.localdate())
    progress(f"Writing {len(register.areas):,} units, {len(register.links):,} links")
    written = write(register)
    if written.changed:
        counts = {"areas": written.areas, "links": written.links, "changed": written.changed}
        audit.record(action="areas.load", detail=counts)
    progress(f"{written.areas:,} administrative units in place, {written.changed:,} writes")
    return written
