"""The sets of criteria that come with the product."""

from functools import cache
from pathlib import Path

from lachan.systems.safety.criteria import Criteria, CriteriaError, parse_toml

DATA = Path(__file__).parent / "data"


@cache
def shipped() -> tuple[Criteria, ...]:
    """Every set in `data/`, by file name. Raises CriteriaError with the file's name."""
    found = []
    for path in sorted(DATA.glob("*.toml")):
        try:
            found.append(parse_toml(path.read_text(encoding="utf-8")))
        except CriteriaError as error:
            raise CriteriaError(f"{path.name}: {error}") from error
    return tuple(found)
