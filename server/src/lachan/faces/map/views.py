"""The first public map: in which communes notices are in force now. No sign-in, no script, no place and no person."""

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_cookie

from lachan.faces import cartography
from lachan.ground.platform import wording
from lachan.register.areas.models import Area
from lachan.response.alerts import queries
from lachan.response.alerts.models import PlaceNotice

# Fewer than this are not told from each other: a small number may point at one family.
SUPPRESSED_BELOW = 5
FRESH_S = 60


@dataclass(frozen=True)
class Commune:
    """One line of the table: `places` in words, the weightiest advice in force."""

    area: Area
    province: str
    places: str
    grade: int
    advice: str
    diseases: str


def suppressed(count: int) -> str:
    """The number as the public may read it."""
    return f"< {SUPPRESSED_BELOW}" if count < SUPPRESSED_BELOW else wording.viet_number(count)


def _advice(grade: int) -> str:
    return {
        1: _("Báo để biết"),
        2: _("Ai đã tới nơi được báo thì nên xét nghiệm"),
        3: _("Ai đã tới nơi được báo thì ở nhà và xét nghiệm"),
    }[grade]


@require_GET
@vary_on_cookie
@cache_control(public=True, max_age=FRESH_S)
def public_map(request: HttpRequest) -> HttpResponse:
    notices = list(queries.place_notices_in_force().select_related("place__area__parent"))
    communes = sorted(_communes(notices), key=lambda c: (-c.grade, c.province, c.area.name))
    count = len(communes)
    said = ngettext(
        "%(n)s xã, phường đang có tin báo nơi có ca bệnh", "%(n)s xã, phường đang có tin báo nơi có ca bệnh", count
    )
    sentence = said % {"n": wording.viet_number(count)} if count else _("Hiện không có tin báo nơi nào")
    marks = [
        # Every mark has one size: sizes would tell the numbers that the table does not.
        cartography.Mark(
            c.area, c.area.name.split(" ", 1)[-1], 1, f"{c.area.name}: {c.advice}", c.grade >= PlaceNotice.Grade.TEST
        )
        for c in communes
    ]
    return render(
        request,
        "map/map.html",
        {
            "sentence": sentence,
            "communes": communes,
            "map": cartography.pictures(marks, _words(sentence), letters=3.4),
            "attribution": cartography.ATTRIBUTION,
            "now": timezone.now(),
            "below": SUPPRESSED_BELOW,
        },
    )


def _communes(notices: list[PlaceNotice]) -> list[Commune]:
    places: dict[int, set[int]] = {}
    grades: Counter[int] = Counter()
    diseases: dict[int, set[str]] = {}
    areas: dict[int, Area] = {}
    for notice in notices:
        area = notice.place.area
        areas[area.pk] = area
        places.setdefault(area.pk, set()).add(notice.place_id)
        grades[area.pk] = max(grades[area.pk], notice.grade)
        diseases.setdefault(area.pk, set()).add(notice.outbreak.disease.name)
    return [
        Commune(
            area,
            area.parent.name if area.parent else "",
            suppressed(len(places[pk])),
            grades[pk],
            _advice(grades[pk]),
            ", ".join(sorted(diseases[pk])),
        )
        for pk, area in areas.items()
    ]


def _words(sentence: str) -> cartography.Words:
    described = _("Bản đồ Việt Nam với quần đảo Hoàng Sa và quần đảo Trường Sa. %(sentence)s") % {"sentence": sentence}
    return cartography.Words(
        sentence=sentence,
        described=described,
        country=_("Việt Nam"),
        sea=_("Biển Đông"),
        hoang_sa=_("Quần đảo Hoàng Sa"),
        truong_sa=_("Quần đảo Trường Sa"),
    )
