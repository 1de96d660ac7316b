"""Puts the lists and our facts together into the rows of the room's tables. Pure: no database."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from lachan.ground.platform.text import fold
from lachan.register.areas import sources
from lachan.register.areas.closure import cover
from lachan.register.areas.models import Level, LinkKind
from lachan.register.areas.spelling import bare_key, official, search_key

COUNTRY_CODE = "VN"
OLD, NEW = "2021", "2025-07"
Key = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class AreaRow:
    code: str
    level: int
    name: str
    parent: int | None
    valid_from: date | None
    valid_to: date | None
    first_listed: date
    closed_before: date | None
    legal_basis: str
    point: sources.Point

    @property
    def closed(self) -> bool:
        return self.valid_to is not None or self.closed_before is not None


@dataclass(frozen=True, slots=True)
class NameRow:
    area: int
    name: str
    parent: int | None
    valid_from: date | None
    valid_to: date | None
    listed: date | None
    legal_basis: str
    folded: str = ""
    bare: str = ""
    folded_path: str = ""


@dataclass(frozen=True, slots=True)
class LinkRow:
    old: int
    new: int
    kind: LinkKind
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Lists:
    """The four sources, read once."""

    y2021: sources.UnitList
    june: sources.UnitList
    july: sources.UnitList
    went: list[sources.Went]
    facts: dict[str, Any]

    @classmethod
    def read(cls) -> "Lists":
        return cls(
            sources.list_2021(),
            sources.list_june_2025(),
            sources.list_july_2025(official),
            sources.went(),
            sources.facts(),
        )

    def provinces(self) -> dict[str, str]:
        """Old province code → the new one that all its communes went to; two raise SourceMismatchError."""
        became: dict[str, str] = {}
        for went in self.went:
            district = went.code if went.level == Level.DISTRICT else self.june.communes[went.code].above
            province = self.june.districts[district or ""].above or ""
            for code in went.new:
                target = self.july.communes[code].above or ""
                if became.setdefault(province, target) != target:
                    raise sources.SourceMismatchError(
                        f"Province {province} went to both {became[province]} and {target}."
                    )
        return became


@dataclass
class Register:
    """All rows; an area is named by its place in `areas`, a parent always comes before its children."""

    areas: list[AreaRow] = field(default_factory=list)
    names: list[NameRow] = field(default_factory=list)
    links: list[LinkRow] = field(default_factory=list)
    covers: list[tuple[int, int]] = field(default_factory=list)
    index: dict[Key, int] = field(default_factory=dict)

    def add(self, structure: str, row: AreaRow) -> int:
        self.areas.append(row)
        number = self.index[structure, row.level, row.code] = len(self.areas) - 1
        return number


def assemble(on: date) -> Register:
    """Everything the register holds, with the names in force on `on`.

    Raises SourceMissingError or SourceMismatchError (sources.py).
    """
    lists = Lists.read()
    register = Register()
    first = lists.facts["lists"][OLD]["date"]
    register.add("", _row(COUNTRY_CODE, Level.COUNTRY, "Việt Nam", None, first_listed=first))
    register.names.append(NameRow(0, "Việt Nam", None, None, None, first, ""))
    _add_old(register, lists)
    _add_new(register, lists)
    _add_links(register, lists)
    _apply_changes(register, lists.facts, on)
    register.names = [_searchable(register, name) for name in register.names]
    successors: dict[int, list[int]] = {}
    for link in register.links:
        successors.setdefault(link.old, []).append(link.new)
    register.covers = cover(
        [area.parent for area in register.areas],
        successors,
        {number for number, area in enumerate(register.areas) if area.closed},
    )
    return register


def _row(code: str, level: Level, name: str, parent: int | None, *, first_listed: date, **more: Any) -> AreaRow:
    values: dict[str, Any] = {
        "valid_from": None,
        "valid_to": None,
        "closed_before": None,
        "legal_basis": "",
        "point": None,
    }
    return AreaRow(code, int(level), name, parent, first_listed=first_listed, **{**values, **more})


def _levels(units: sources.UnitList) -> list[tuple[Level, dict[str, sources.Unit]]]:
    return [(Level.PROVINCE, units.provinces), (Level.DISTRICT, units.districts), (Level.COMMUNE, units.communes)]


def _above(register: Register, structure: str, level: Level, unit: sources.Unit) -> int:
    if unit.above is None:
        return 0
    upper = Level.DISTRICT if structure == OLD and level == Level.COMMUNE else Level.PROVINCE
    return register.index[structure, upper, unit.above]


def _add_old(register: Register, lists: Lists) -> None:
    """The 2021 list, what the list of June 2025 has besides, and the names and districts that changed between them."""
    said = lists.facts
    first, last, ended = said["lists"][OLD], said["lists"]["2025-06"], said["reform"]["date"]
    # A renaming whose date we know comes from the law (_apply_changes), not from the difference of two lists.
    dated = {(c["level"], code) for c in said["changes"] if c["list"] == OLD for code in c["names"]}
    for (level, early), (_, late) in zip(_levels(lists.y2021), _levels(lists.june), strict=True):
        for code in [*early, *(code for code in late if code not in early)]:
            known = early.get(code) or late[code]
            listed = first if code in early else last
            parent = _above(register, OLD, level, known)
            end = {"valid_to": ended} if code in late else {"closed_before": last["date"]}
            point = late[code].point if code in late else None
            number = register.add(
                OLD,
                _row(
                    code,
                    level,
                    known.name,
                    parent,
                    first_listed=listed["date"],
                    legal_basis=listed["basis"],
                    point=point,
                    **end,
                ),
            )
            both = code in early and code in late and (level, code) not in dated
            renamed = both and _differs(early[code], late[code])
            until = None if renamed or code not in late else ended
            register.names.append(NameRow(number, known.name, None, None, until, listed["date"], listed["basis"]))
            if renamed:
                moved = late[code].above != early[code].above
                under = register.index.get((OLD, level - 1, late[code].above or "")) if moved else None
                register.names.append(NameRow(number, late[code].name, under, None, ended, last["date"], last["basis"]))


def _differs(early: sources.Unit, late: sources.Unit) -> bool:
    """Whether the unit was renamed or moved; another spelling of the same name (Hoà, Hòa; 02, 2) is no change."""
    return search_key(early.name) != search_key(late.name) or early.above != late.above


def _add_new(register: Register, lists: Lists) -> None:
    reform, listed = lists.facts["reform"], lists.facts["lists"][NEW]
    olds = Counter(lists.provinces().values())
    for level, units in _levels(lists.july):
        for unit in units.values():
            if level == Level.PROVINCE:
                basis = reform["merged"] if olds[unit.code] > 1 else reform["kept"]
            else:
                basis = reform["communes"].format(number=reform["resolutions"][unit.above])
            row = _row(
                unit.code,
                level,
                unit.name,
                _above(register, NEW, level, unit),
                valid_from=reform["date"],
                first_listed=listed["date"],
                legal_basis=basis,
                point=unit.point,
            )
            register.names.append(
                NameRow(register.add(NEW, row), unit.name, None, reform["date"], None, listed["date"], basis)
            )


def _add_links(register: Register, lists: Lists) -> None:
    def link(level: int, old: str, new: tuple[int, str], kind: LinkKind) -> None:
        target = register.index[NEW, *new]
        basis = register.areas[target].legal_basis
        register.links.append(LinkRow(register.index[OLD, level, old], target, kind, basis))

    for old, province in sorted(lists.provinces().items()):
        link(Level.PROVINCE, old, (Level.PROVINCE, province), LinkKind.WHOLE)
    for went in sorted(lists.went, key=lambda w: (w.level, w.code)):
        kind = LinkKind.WHOLE if len(went.new) == 1 else LinkKind.SPLIT
        for code in went.new:
            link(went.level, went.code, (Level.COMMUNE, code), kind)


def _apply_changes(register: Register, said: dict[str, Any], on: date) -> None:
    """End the name that was borne until a change, add the one borne from it."""
    for change in sorted(said["changes"], key=lambda c: c["date"]):
        for code, name in change["names"].items():
            number = register.index[change["list"], change["level"], code]
            for place, row in enumerate(register.names):
                if row.area == number and (row.valid_to is None or row.valid_to > change["date"]):
                    ended = row.valid_to
                    register.names[place] = replace(row, valid_to=change["date"])
                    break
            else:
                raise sources.SourceMismatchError(f"No name of unit {code} is in force on {change['date']}.")
            register.names.append(NameRow(number, name, None, change["date"], ended, None, change["basis"]))
            if change["date"] <= on and not register.areas[number].closed:
                register.areas[number] = replace(register.areas[number], name=name)


def _searchable(register: Register, row: NameRow) -> NameRow:
    keys = [search_key(row.name)]
    step = row.parent if row.parent is not None else register.areas[row.area].parent
    while step:
        keys.append(search_key(register.areas[step].name))
        step = register.areas[step].parent
    return replace(row, folded=fold(row.name), bare=bare_key(row.name), folded_path=", ".join(keys))
