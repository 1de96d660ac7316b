"""Which declaration a name on a carrier's list belongs to. Pure: the rows are given, what is found is returned.

Found for certain: the same document with the same name and no other birth; or, where the list has no document, the same
name and day of birth of one traveller alone. Everything else that is near is probable, with its reason, and an officer
says. Names compare folded and in any order of their words, since carriers and passports differ in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from rapidfuzz import fuzz, process

from lachan.ground.platform.text import fold

# Of 100, over the sorted words: a letter or two of a name of usual length.
NEAR = 85
Reason = Literal[
    "document", "name_birth", "other_trip", "other_birth", "other_name", "other_document", "name", "near_name"
]


def name_key(name: str) -> str:
    """The folded words of a name, sorted."""
    return " ".join(sorted(fold(name.replace("-", " ").replace("/", " ")).split()))


def run_together(*words: str) -> str:
    """The letters of a name alone, as a carrier writes it that joins the words."""
    return fold("".join(words)).replace(" ", "").replace("-", "").replace("/", "")


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list. `exact_only`: an officer has looked; only the same document and name count."""

    id: int
    surname: str
    given: str
    key: str
    document: bytes | None = None
    born: date | None = None
    year: int | None = None
    exact_only: bool = False

    @property
    def joined(self) -> frozenset[str]:
        return frozenset({run_together(self.surname, self.given), run_together(self.given, self.surname)})


@dataclass(frozen=True, slots=True)
class Declared:
    """A traveller. `here`: declared for the very trip of the list."""

    id: int
    name: str
    document: bytes
    born: date | None = None
    year: int | None = None
    here: bool = True

    @property
    def key(self) -> str:
        return name_key(self.name)


@dataclass(frozen=True, slots=True)
class Found:
    traveller: int
    reason: Reason
    certain: bool


@dataclass
class _Pool:
    """The travellers that nobody has been matched to yet."""

    taken: set[int] = field(default_factory=set)
    by_document: dict[bytes, list[Declared]] = field(default_factory=dict)
    by_name: dict[str, list[Declared]] = field(default_factory=dict)
    by_birth: dict[date, dict[int, str]] = field(default_factory=dict)

    def add(self, one: Declared) -> None:
        self.by_document.setdefault(one.document, []).append(one)
        if one.here:
            key = one.key
            for name in {key, run_together(one.name)}:
                self.by_name.setdefault(name, []).append(one)
            if one.born:
                self.by_birth.setdefault(one.born, {})[one.id] = key

    def free(self, some: Iterable[Declared]) -> list[Declared]:
        unique = {one.id: one for one in some if one.id not in self.taken}
        return [unique[pk] for pk in sorted(unique)]


def _same_name(row: Listed, one: Declared) -> bool:
    return row.key == one.key or run_together(one.name) in row.joined


def _births_differ(row: Listed, one: Declared) -> bool:
    if row.born and one.born:
        return row.born != one.born
    ours, theirs = row.born.year if row.born else row.year, one.born.year if one.born else one.year
    return ours is not None and theirs is not None and ours != theirs


def match(listed: Sequence[Listed], declared: Iterable[Declared]) -> dict[int, Found]:
    """What each row was found to be, by its id. A traveller stands for one certain row at most."""
    pool = _Pool()
    for one in declared:
        pool.add(one)
    found: dict[int, Found] = {}
    rows = sorted(listed, key=lambda row: row.id)
    # What is certain claims its traveller before anything probable is looked at.
    for certain in (_by_document, _by_name_and_birth):
        for row in rows:
            if row.id not in found and (hit := certain(row, pool)):
                found[row.id] = hit
                pool.taken.add(hit.traveller)
    for row in rows:
        if row.id not in found and not row.exact_only and (hit := _probable(row, pool)):
            found[row.id] = hit
    return found


def _by_document(row: Listed, pool: _Pool) -> Found | None:
    for one in pool.free(pool.by_document.get(row.document, ()) if row.document else ()):
        if one.here and _same_name(row, one) and not _births_differ(row, one):
            return Found(one.id, "document", certain=True)
    return None


def _named(row: Listed, pool: _Pool) -> list[Declared]:
    return pool.free(one for name in {row.key, *row.joined} for one in pool.by_name.get(name, ()))


def _by_name_and_birth(row: Listed, pool: _Pool) -> Found | None:
    if row.document or not row.born or row.exact_only:
        return None
    same = [one for one in _named(row, pool) if one.born == row.born]
    return Found(same[0].id, "name_birth", certain=True) if len(same) == 1 else None


def _probable(row: Listed, pool: _Pool) -> Found | None:
    document = pool.free(pool.by_document.get(row.document, ()) if row.document else ())
    for one in sorted(document, key=lambda one: not one.here):
        reason: Reason = "other_trip"
        if one.here:
            reason = "other_birth" if _births_differ(row, one) else "other_name"
        return Found(one.id, reason, certain=False)
    named = [one for one in _named(row, pool) if not _births_differ(row, one)]
    for one in named:
        if row.born and one.born:
            return Found(one.id, "other_document" if row.document else "name_birth", certain=False)
    if named:
        return Found(named[0].id, "name", certain=False)
    near = {pk: key for pk, key in pool.by_birth.get(row.born, {}).items() if pk not in pool.taken} if row.born else {}
    best = process.extractOne(row.key, dict(sorted(near.items())), scorer=fuzz.ratio, score_cutoff=NEAR)
    return Found(best[2], "near_name", certain=False) if best else None
