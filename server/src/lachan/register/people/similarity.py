"""How alike two records of a person are, and why: pure, of nothing but the facts of both.

Each agreement and each contradiction weighs so many bits (the logarithm to base 2 of how much likelier it is for one
human being than for two), after Fellegi and Sunter (1969); the sum gives a probability. The weights are estimates for
Vietnamese names, of which a hundred thousand people share a few thousand once the marks are taken off.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz.distance import OSA, Levenshtein

from lachan.ground.platform.text import fold

# Among a hundred thousand records, one that is compared is the same human being this seldom.
PRIOR = -16.0
# From this probability on a pair is worth an officer's look.
OFFERED = 0.15
LIKELY = 0.9

BITS: dict[str, float] = {
    "paper": 20.0,
    "phone": 11.0,
    "name": 10.0,
    "name_joined": 9.0,
    "name_order": 8.0,
    "name_middle": 6.5,
    "name_near": 6.0,
    "birth": 14.0,
    "birth_swapped": 10.0,
    "birth_typed": 6.0,
    "birth_year": 5.5,
    "birth_year_near": 1.0,
    "area": 3.0,
    "address": 5.0,
    "sex": 0.8,
    "not_paper": -12.0,
    "not_passport": -3.0,
    "not_phone": -0.5,
    "not_name": -14.0,
    "not_given": -14.0,
    "not_middle": -3.0,
    "not_marks": -3.0,
    "not_birth": -7.0,
    "not_birth_year": -6.0,
    "not_area": -0.5,
    "not_sex": -4.0,
}
# How Vietnamese is misheard and mistyped: the same sound in one region or on one keyboard.
_INITIALS = (("ngh", "ng"), ("gh", "g"), ("tr", "ch"), ("gi", "d"), ("x", "s"), ("r", "d"), ("k", "c"), ("qu", "cu"))
_FINALS = (("ng", "n"), ("nh", "n"), ("ch", "t"), ("c", "t"))
_NEAR_NAME = 0.86
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one record. `papers`: (kind, keyed hash) of its numbers, phones included."""

    name: str
    birth_date: date | None = None
    birth_year: int | None = None
    sex: str = ""
    area: int | None = None
    address: str = ""
    papers: frozenset[tuple[str, bytes]] = frozenset()
    tokens: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tokens", tuple(_letters(fold(self.name)).split()))


@dataclass(frozen=True, slots=True)
class Likeness:
    """`bits` above or below even odds; `reasons` for and `against` are the keys of BITS, the heaviest first."""

    bits: float
    reasons: tuple[str, ...]
    against: tuple[str, ...]

    @property
    def probability(self) -> float:
        return float(1 / (1 + 2.0 ** -max(-60.0, min(60.0, self.bits))))


def _letters(folded: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", folded).replace("y", "i")


def sound(token: str) -> str:
    """The token with the letters that are confused made one: "tram" and "cham", "hanh" and "han"."""
    for written, heard in _INITIALS:
        if token.startswith(written) and len(token) > len(written):
            token = heard + token[len(written) :]
            break
    for written, heard in _FINALS:
        if token.endswith(written) and len(token) > len(written):
            return token[: -len(written)] + heard
    return token


def compare(one: Facts, other: Facts) -> Likeness:
    """How likely both records are one human being."""
    said = [*_papers(one, other), *_name(one, other), *_birth(one, other), *_rest(one, other)]
    said = [reason for reason in said if reason]
    heaviest = sorted(said, key=lambda reason: -abs(BITS[reason]))
    return Likeness(
        bits=PRIOR + sum(BITS[reason] for reason in said),
        reasons=tuple(reason for reason in heaviest if BITS[reason] > 0),
        against=tuple(reason for reason in heaviest if BITS[reason] < 0),
    )


def _papers(one: Facts, other: Facts) -> list[str]:
    said = []
    both = {kind for kind, _hash in one.papers} & {kind for kind, _hash in other.papers}
    shared = {kind for kind, _hash in one.papers & other.papers}
    if shared - {"phone"}:
        said.append("paper")
    elif "cccd" in both:
        # Everybody has one such number for life.
        said.append("not_paper")
    elif both - {"phone"}:
        said.append("not_passport")
    if "phone" in both:
        said.append("phone" if "phone" in shared else "not_phone")
    return said


def _name(one: Facts, other: Facts) -> list[str]:
    mine, theirs = one.tokens, other.tokens
    if not mine or not theirs:
        return []
    if mine == theirs:
        return ["name", *_marks(one.name, other.name)]
    if sorted(mine) == sorted(theirs):
        return ["name_order"]
    if "".join(mine) == "".join(theirs):
        return ["name_joined"]
    ends = {mine[0], mine[-1]} == {theirs[0], theirs[-1]} and len(mine) > 1 and len(theirs) > 1
    if ends and (set(mine) <= set(theirs) or set(theirs) <= set(mine)):
        return ["name_middle", *_marks(one.name, other.name)]
    return _near(one, other)


def _near(one: Facts, other: Facts) -> list[str]:
    """Two names that differ in letters."""
    mine, theirs = one.tokens, other.tokens
    if _close(mine[-1], theirs[-1]) and _close(mine[0], theirs[0]):
        middle, others = " ".join(mine[1:-1]), " ".join(theirs[1:-1])
        if middle == others or not middle or not others or OSA.distance(middle, others) <= 1:
            return ["name_near", *(_given_marks(one.name, other.name) if mine[-1] != theirs[-1] else [])]
        return ["not_middle"] if sound(mine[-1]) == sound(theirs[-1]) else ["not_name"]
    if sorted(map(sound, mine)) == sorted(map(sound, theirs)):
        return ["name_near"]
    alike = Levenshtein.normalized_similarity(" ".join(sorted(mine)), " ".join(sorted(theirs)))
    if alike >= _NEAR_NAME and _close(mine[-1], theirs[-1]):
        return ["name_near"]
    same_but_given = mine[:-1] == theirs[:-1]
    return ["not_given" if same_but_given else "not_name"]


def _close(mine: str, theirs: str) -> bool:
    """One letter typed wrong, left out, doubled or swapped in a word long enough to tell; or one sound."""
    if mine == theirs or sound(mine) == sound(theirs):
        return True
    return min(len(mine), len(theirs)) >= 3 and OSA.distance(mine, theirs) <= 1


def _marked(name: str) -> str:
    """The name with its marks but without where they stand: "Hoà" and "Hòa" are one."""
    plain = unicodedata.normalize("NFD", name.casefold())
    tones = "".join(sorted(c for c in plain if unicodedata.combining(c) and c in "\u0300\u0301\u0303\u0309\u0323"))
    rest = "".join(c for c in plain if c not in "\u0300\u0301\u0303\u0309\u0323")
    return _SPACES.sub(" ", rest).strip().replace("y", "i") + tones


def _has_marks(name: str) -> bool:
    return name.casefold() != fold(name) and fold(name) != " ".join(name.casefold().split())


def _marks(mine: str, theirs: str) -> list[str]:
    """Lan is not Lân where both were written with marks; where one was typed without, nothing is known."""
    if not (_has_marks(mine) and _has_marks(theirs)):
        return []
    words, others = mine.split(), theirs.split()
    return ["not_marks"] if _marked(words[-1]) != _marked(others[-1]) or _marked(words[0]) != _marked(others[0]) else []


def _given_marks(mine: str, theirs: str) -> list[str]:
    """Khôi and Khoa: two names of brothers, when both were written with care."""
    return ["not_marks"] if _has_marks(mine) and _has_marks(theirs) else []


def _birth(one: Facts, other: Facts) -> list[str]:
    mine, theirs = one.birth_date, other.birth_date
    if mine is not None and theirs is not None:
        return [_days(mine, theirs)]
    year = mine.year if mine else one.birth_year
    their_year = theirs.year if theirs else other.birth_year
    if year is None or their_year is None:
        return []
    if year == their_year:
        return ["birth_year"]
    return ["birth_year_near" if abs(year - their_year) == 1 else "not_birth_year"]


def _days(mine: date, theirs: date) -> str:
    if mine == theirs:
        return "birth"
    if (mine.year, mine.month, mine.day) == (theirs.year, theirs.day, theirs.month):
        return "birth_swapped"
    return "birth_typed" if OSA.distance(mine.isoformat(), theirs.isoformat()) <= 1 else "not_birth"


def _rest(one: Facts, other: Facts) -> list[str]:
    said = []
    if one.sex and other.sex:
        said.append("sex" if one.sex == other.sex else "not_sex")
    if one.area is not None and other.area is not None:
        said.append("area" if one.area == other.area else "not_area")
        address = fold(one.address)
        if address and one.area == other.area and address == fold(other.address):
            said.append("address")
    return said
