"""Where in a place people were: the gates, floors, tables and coaches that stays and evidence name, in words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from lachan.register.places.models import Part
from lachan.response.tracing.models import Exposure
from lachan.systems.checkin.models import Visit

# A name that begins with such a word says by itself what it names.
_SAYS = frozenset({"bàn", "buồng", "cổng", "cửa", "dãy", "ghế", "khoang", "khu", "phòng", "quầy", "sảnh", "tầng"})
_SAYS |= {"toa", "xe", "table", "gate", "floor", "hall", "coach", "room", "counter"}


@dataclass(frozen=True)
class Together:
    """The part of a place where two people both were. `near`: it is so small that they were near each other."""

    part: str
    near: bool

    @property
    def short(self) -> str:
        """ "cùng bàn 5"."""
        return _("cùng %(part)s") % {"part": self.part}

    @property
    def long(self) -> str:
        """ "cùng bàn 5, ở gần nhau"."""
        if self.near:
            return _("cùng %(part)s, ở gần nhau") % {"part": self.part}
        return _("cùng %(part)s, chưa rõ xa hay gần") % {"part": self.part}


def named(part: Part) -> str:
    """ "bàn 5" of "Bàn 5" and of the table "5"; "cổng Đông" of the gate "Đông"."""
    first, _blank, _rest = part.name.partition(" ")
    if first.lower() in _SAYS:
        return part.name[0].lower() + part.name[1:]
    return f"{str(part.get_kind_display()).partition(',')[0]} {part.name}"


def together(exposures: Sequence[Exposure], near: Collection[str]) -> dict[int, Together]:
    """Of each exposure (its id) the part where both were, the smallest one; where none is known, nothing.

    `near`: the kinds of part that the profile counts as near.
    """
    known = _parts({part for exposure in exposures for part in _ids(exposure)})
    found: dict[int, Together] = {}
    for exposure in exposures:
        there = [known[part] for part in _ids(exposure) if part in known]
        # Somebody who changed tables may share two: one that tells of nearness first.
        there.sort(key=lambda part: (part.kind not in near, part.pk))
        if there:
            found[exposure.pk] = Together(named(there[0]), there[0].kind in near)
    return found


def of_visits(visits: Iterable[Visit]) -> dict[UUID, str]:
    """Where in the place each stay was, "cổng Đông, bàn 5"; a stay of which nothing is known is left out."""
    listed = [visit for visit in visits if visit.parts]
    known = _parts({part for visit in listed for part in visit.parts or ()})
    there = {visit.id: [named(known[part]) for part in visit.parts or () if part in known] for visit in listed}
    return {visit: ", ".join(words) for visit, words in there.items() if words}


def _ids(exposure: Exposure) -> list[int]:
    evidence = exposure.evidence
    return evidence.get("parts", []) if isinstance(evidence, dict) else []


def _parts(ids: Collection[int]) -> dict[int, Part]:
    return Part.objects.in_bulk(ids) if ids else {}
