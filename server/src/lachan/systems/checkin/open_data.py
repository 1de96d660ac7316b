"""Open data: how check-in places are used, by commune and kind. Numbers of stays under 5 are left out."""

from datetime import date

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lachan.ground.platform.api import endpoint
from lachan.register.areas.models import Area
from lachan.register.places import sheets
from lachan.register.places.models import Place
from lachan.systems.checkin import statistics


class PlaceUse(msgspec.Struct):
    """One commune and kind of place. `stays` and `unverified` are null for 1 to 4.

    `unverified`: arrivals that were counted without a name; nobody can tell whether somebody added to them for show.
    """

    commune_code: str
    commune: str
    province: str
    kind: str
    registered: int
    used: int
    stays: int | None
    unverified: int | None


class PlaceUses(msgspec.Struct):
    """The last seven whole days; `until` is the first day that is not counted."""

    since: date
    until: date
    least: int
    rows: list[PlaceUse]


def _uses() -> PlaceUses:
    since, until = statistics.window()
    found = statistics.use()
    areas = Area.objects.select_related("parent").in_bulk({row.area_id for row in found})
    # No totals: from them and the other rows a number left out could be told.
    rows = [
        PlaceUse(
            commune_code=area.code,
            commune=area.name,
            province=area.parent.name if area.parent else "",
            kind=row.kind,
            registered=row.registered,
            used=row.used,
            stays=statistics.small(row.visits),
            unverified=statistics.small(row.unverified),
        )
        for row, area in ((row, areas[row.area_id]) for row in found)
    ]
    rows.sort(key=lambda row: (row.commune_code, row.kind))
    return PlaceUses(since.date(), until.date(), statistics.LEAST, rows)


@endpoint(
    "GET",
    "/api/v1/open/places",
    summary="How check-in places are used, by commune and kind, last seven days",
    answer=PlaceUses,
    cacheable=True,
)
def place_uses(request: HttpRequest) -> PlaceUses:
    return _uses()


@endpoint(
    "GET",
    "/api/v1/open/places.csv",
    summary="The same as a table",
    answer=None,
    answer_type="text/csv",
    cacheable=True,
)
def place_uses_csv(request: HttpRequest) -> HttpResponse:
    found = _uses()
    labels = dict(Place.Kind.choices)
    head = [
        _("Mã phường, xã"),
        _("Phường, xã"),
        _("Tỉnh, thành phố"),
        _("Loại nơi"),
        _("Đã đăng ký"),
        _("Có lượt quét"),
        _("Lượt"),
        _("Lượt riêng tư (chưa kiểm chứng)"),
    ]
    rows: list[list[sheets.Cell]] = [
        [
            row.commune_code,
            row.commune,
            row.province,
            str(labels[row.kind]),
            row.registered,
            row.used,
            "< 5" if row.stays is None else row.stays,
            "< 5" if row.unverified is None else row.unverified,
        ]
        for row in found.rows
    ]
    answer = HttpResponse(sheets.as_csv(head, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="la-chan-places-{found.until.isoformat()}.csv"'
    return answer
