"""Small facts about people and evidence in words, as the desk's tables write them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from lachan.faces.desk.parts import Together
from lachan.ground.platform import wording
from lachan.register.areas.models import Area
from lachan.register.people.models import Person
from lachan.response.tracing.models import Exposure

_KINDS = ("Phường ", "Xã ", "Đặc khu ", "Thành phố ", "Tỉnh ")
# The source of tracing → the source of the evidence chip.
CHIP = {"checkin": "place", "household": "home", "proximity": "blue", "entry": "trip", "selfreport": "place"}
MAX_CHIPS = 3


def short(area: Area | None) -> str:
    """ "Thanh Khê" of "Phường Thanh Khê"."""
    if area is None:
        return _("chưa rõ nơi ở")
    for kind in _KINDS:
        if area.name.startswith(kind):
            return area.name.removeprefix(kind)
    return area.name


def age(person: Person, today: date) -> int | None:
    """Years; from the year of birth alone it may be one too many."""
    if person.birth_date is not None:
        born = person.birth_date
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return None if person.birth_year is None else today.year - person.birth_year


def about(person: Person, today: date) -> str:
    """ "42, nữ, Thanh Khê"; what was not asked is left out."""
    years = age(person, today)
    parts = [str(years) if years is not None else "", str(person.get_sex_display()) if person.sex else ""]
    return ", ".join(part for part in [*parts, short(person.area)] if part)


def source_name(source: str) -> str:
    """A source of tracing as a filter writes it."""
    names = {
        "checkin": _("Cùng nơi đến"),
        "household": _("Cùng nhà"),
        "proximity": _("Bluetooth"),
        "entry": _("Cùng chuyến"),
        "selfreport": _("Tự khai"),
    }
    return names.get(source, source)


@dataclass(frozen=True)
class Chip:
    """One evidence chip: `source` as the chip draws it."""

    source: str
    text: str
    weak: bool


def span(certain: int, possible: int) -> str:
    """ "38 phút"; "12–38 phút" where only a part is certain, "tới 38 phút" where none is."""
    if not certain:
        return _("tới %(minutes)s") % {"minutes": wording.minutes(possible)}
    if certain < possible:
        return _("%(certain)s–%(possible)s phút") % {"certain": certain, "possible": possible}
    return wording.minutes(possible)


def chips(
    exposures: Sequence[Exposure], names: dict[int, str], minimum: int, met_at: Mapping[int, Together] | None = None
) -> tuple[list[Chip], int]:
    """The chips of one contact, strongest first, and how many more there are. `names`: of persons met that may be read;
    `met_at`: the part of the place where they met, by exposure.

    Meetings at one place count together. Evidence with fewer certain minutes than `minimum` needs asking: it is weak.
    """
    grouped: dict[tuple[str, object], list[Exposure]] = {}
    for exposure in exposures:
        where: object = exposure.place_id if exposure.place_id else ("via", exposure.via_id)
        grouped.setdefault((exposure.source, where), []).append(exposure)
    made = [
        (_weight(group), _chip(source, group, names, minimum, met_at or {}))
        for (source, _where), group in grouped.items()
    ]
    ordered = [chip for _w, chip in sorted(made, key=lambda pair: pair[0], reverse=True)]
    return ordered[:MAX_CHIPS], max(0, len(ordered) - MAX_CHIPS)


def _weight(group: Iterable[Exposure]) -> tuple[bool, int, int]:
    listed = list(group)
    home = listed[0].source == "household"
    return home, sum(e.minutes_certain for e in listed), sum(e.minutes_possible for e in listed)


def _chip(
    source: str, group: list[Exposure], names: dict[int, str], minimum: int, met_at: Mapping[int, Together]
) -> Chip:
    first = group[0]
    if source == "household":
        met = names.get(first.via_id or 0, "")
        text = _("Cùng nhà với %(name)s") % {"name": met.split()[-1]} if met and first.level > 1 else _("Cùng nhà")
        return Chip("home", text, False)
    certain, possible = sum(e.minutes_certain for e in group), sum(e.minutes_possible for e in group)
    where = first.place.name if first.place is not None else source_name(source)
    there = sorted((met_at[e.pk] for e in group if e.pk in met_at), key=lambda found: not found.near)
    where = f"{where}, {there[0].short}," if there else where
    return Chip(CHIP.get(source, "place"), f"{where} {span(certain, possible)}", certain < minimum)
