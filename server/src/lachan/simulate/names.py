"""Vietnamese names by sex and year of birth, from data/names.toml: a grandmother's, a parent's, a child's."""

import random
import tomllib
from itertools import accumulate
from pathlib import Path

DATA = Path(__file__).parent / "data"
FEMALE = "female"
MALE = "male"
OLD, MIDDLE, YOUNG = "old", "middle", "young"
# The last birth year of the first two styles.
_OLD_UNTIL, _MIDDLE_UNTIL = 1966, 2004

_NAMES = tomllib.loads((DATA / "names.toml").read_text(encoding="utf-8"))
_SURNAMES: list[str] = list(_NAMES["surnames"])
_SURNAME_SUMS = list(accumulate(_NAMES["surnames"].values()))


def style(born: int) -> str:
    """Which lists a person born in that year is named from."""
    return OLD if born <= _OLD_UNTIL else MIDDLE if born <= _MIDDLE_UNTIL else YOUNG


def surname(rng: random.Random) -> str:
    return rng.choices(_SURNAMES, cum_weights=_SURNAME_SUMS)[0]


def full_name(rng: random.Random, family: str, sex: str, born: int) -> str:
    """Surname, middle name and given name, e.g. "Nguyễn Thị Hạnh"."""
    middles, givens = (_NAMES[part][sex][style(born)] for part in ("middle", "given"))
    middle, given = rng.choice(middles), rng.choice(givens)
    # Parents avoid "Ngọc Ngọc".
    while given in middle.split():
        given = rng.choice(givens)
    return f"{family} {middle} {given}"
