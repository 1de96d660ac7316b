"""Changes to the register of places."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.areas.models import Area
from lachan.register.places import codes, hours
from lachan.register.places.errors import RefusedError
from lachan.register.places.models import CodeReport, Part, Place, PlaceCode, PlaceStaff

# A stadium, a bus station on the eve of Tết. More is a slip of the finger.
MAX_CAPACITY = 200_000
MAX_STAY_MINUTES = 24 * 60
MAX_PARTS = 500


@transaction.atomic
def register_place(
    *,
    account: Account,
    name: str,
    kind: str,
    area: Area,
    address: str = "",
    opens: time | None = None,
    closes: time | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    capacity: int | None = None,
    typical_minutes: int | None = None,
    week: Sequence[Any] | None = None,
) -> Place:
    """A new place with its first code; the account becomes its owner. Degrees are WGS 84, `week` as in hours.py.

    Raises RefusedError for a closed area, half a pair of hours, equal hours (they would mean never open), or numbers
    that no place has.
    """
    if area.closed:
        raise RefusedError(_("Đơn vị hành chính này đã sáp nhập. Chọn tên mới của xã, phường."), "area")
    week = _sensible(opens, closes, week, capacity, typical_minutes)
    place = Place.objects.create(
        name=name,
        kind=Place.Kind(kind),
        area=area,
        address=address,
        opens=opens,
        closes=closes,
        latitude=latitude,
        longitude=longitude,
        capacity=capacity,
        typical_minutes=typical_minutes,
        week=week,
    )
    PlaceStaff.objects.create(place=place, account=account, role=PlaceStaff.Role.OWNER)
    audit.record(action="places.place.register", obj=place)
    issue_code(place=place)
    return place


def _sensible(
    opens: time | None,
    closes: time | None,
    week: Sequence[Any] | None,
    capacity: int | None,
    typical_minutes: int | None,
) -> list[list[str] | None] | None:
    """The week as stored. Raises RefusedError for what no place can mean."""
    if (opens is None) != (closes is None) or (opens is not None and opens == closes):
        raise RefusedError(_("Ghi cả giờ mở cửa và giờ đóng cửa, hoặc để trống cả hai nếu mở suốt ngày."), "closes")
    if capacity is not None and not 1 <= capacity <= MAX_CAPACITY:
        raise RefusedError(_("Sức chứa từ 1 đến 200.000 người."), "capacity")
    if typical_minutes is not None and not 1 <= typical_minutes <= MAX_STAY_MINUTES:
        raise RefusedError(_("Thời gian khách thường ở từ 1 đến 1.440 phút."), "typical_minutes")
    if week is None:
        return None
    try:
        return hours.checked(list(week))
    except hours.NotAWeekError:
        raise RefusedError(
            _("Mỗi ngày ghi cả giờ mở và giờ đóng, hoặc để trống cả hai. Ít nhất một ngày mở."), "week"
        ) from None


@transaction.atomic
def correct_place(
    *,
    place: Place,
    name: str,
    address: str,
    opens: time | None,
    closes: time | None,
    week: Sequence[Any] | None,
    capacity: int | None,
    typical_minutes: int | None,
) -> Place:
    """What the owner knows better now. Kind and commune stay: they decide which rules and which officers. Raises
    RefusedError like register_place."""
    week = _sensible(opens, closes, week, capacity, typical_minutes)
    wanted = {
        "name": name,
        "address": address,
        "opens": opens,
        "closes": closes,
        "week": week,
        "capacity": capacity,
        "typical_minutes": typical_minutes,
    }
    changed = sorted(field for field, value in wanted.items() if getattr(place, field) != value)
    if changed:
        for field in changed:
            setattr(place, field, wanted[field])
        place.save()
        audit.record(action="places.place.correct", obj=place, detail={"fields": changed})
    return place


@transaction.atomic
def issue_code(*, place: Place, part: Part | None = None, rotating: bool = False) -> PlaceCode:
    """One more valid code for the place, for one of its parts or for its screen. Codes on posters already up stay valid
    until revoked."""
    code = PlaceCode.objects.create(code=codes.new(), place=place, part=part, rotating=rotating)
    # The code itself is a secret of whoever stands at the place, so the trail holds only its place.
    audit.record(action="places.code.issue", obj=place, detail={"part": part.pk} if part else None)
    return code


@transaction.atomic
def revoke_code(*, code: PlaceCode, because: str = "") -> None:
    """End a code (poster stolen or copied): check-ins with it are refused from now on. Twice is harmless."""
    if PlaceCode.objects.filter(pk=code.pk, revoked_at=None).update(revoked_at=timezone.now(), revoked_because=because):
        code.refresh_from_db()
        audit.record(action="places.code.revoke", obj=code.place, detail={"because": because} if because else None)


@transaction.atomic
def replace_codes(*, place: Place, part: Part | None = None, because: str = "") -> PlaceCode:
    """Revoke the codes on the posters of the place (or of one part of it) and issue a new one: the owner prints again.

    The place stays the same place: its history, its other parts and its screen are not touched.
    """
    for code in place.codes.filter(revoked_at=None, rotating=False, part=part):
        revoke_code(code=code, because=because)
    return issue_code(place=place, part=part)


@transaction.atomic
def screen_code(*, place: Place) -> PlaceCode:
    """The code that the place's screen shows with a tag; made on first use."""
    found = place.codes.select_for_update().filter(revoked_at=None, rotating=True).order_by("issued_at").first()
    return found or issue_code(place=place, rotating=True)


@transaction.atomic
def add_parts(*, place: Place, kind: str, names: Sequence[str]) -> list[Part]:
    """Gates, floors, tables or coaches with a code each. Raises RefusedError for a name already there, or too many."""
    names = [" ".join(name.split()) for name in names]
    there = {part.name for part in place.parts.filter(kind=kind, removed_at=None)}
    twice = next((name for at, name in enumerate(names) if name in there or name in names[:at]), None)
    if twice is not None:
        raise RefusedError(_("Đã có “%(name)s”. Ghi tên khác.") % {"name": twice}, "names")
    if place.parts.filter(removed_at=None).count() + len(names) > MAX_PARTS:
        raise RefusedError(_("Một nơi có nhiều nhất %(limit)s cổng, khu, bàn.") % {"limit": MAX_PARTS}, "names")
    made = [Part.objects.create(place=place, kind=Part.Kind(kind), name=name) for name in names]
    for part in made:
        issue_code(place=place, part=part)
    audit.record(action="places.part.add", obj=place, detail={"parts": [part.pk for part in made]})
    return made


@transaction.atomic
def remove_part(*, part: Part) -> None:
    """The gate or table is no more; its code ends with it."""
    if Part.objects.filter(pk=part.pk, removed_at=None).update(removed_at=timezone.now()):
        for code in part.codes.filter(revoked_at=None):
            revoke_code(code=code, because=PlaceCode.Reason.REMOVED)
        audit.record(action="places.part.remove", obj=part.place, detail={"part": part.pk})


@transaction.atomic
def pause_place(*, place: Place, reopens_on: date | None) -> None:
    """Closed for the season. Raises RefusedError for a day that is not to come."""
    if reopens_on is not None and reopens_on <= timezone.localdate():
        raise RefusedError(_("Ghi một ngày sau hôm nay, hoặc để trống nếu chưa biết."), "reopens_on")
    place.paused_at, place.reopens_on = place.paused_at or timezone.now(), reopens_on
    place.save(update_fields=["paused_at", "reopens_on"])
    audit.record(action="places.place.pause", obj=place, detail={"reopens_on": reopens_on})


@transaction.atomic
def reopen_place(*, place: Place) -> None:
    """Open again after a season. Twice is harmless."""
    if Place.objects.filter(pk=place.pk).exclude(paused_at=None).update(paused_at=None, reopens_on=None):
        place.refresh_from_db()
        audit.record(action="places.place.reopen", obj=place)


@transaction.atomic
def reopen_due() -> int:
    """Open the places whose day has come; returns how many."""
    due = Place.objects.filter(reopens_on__lte=timezone.localdate()).exclude(paused_at=None)
    for place in due:
        reopen_place(place=place)
    return len(due)


@transaction.atomic
def report_code(*, code: PlaceCode | None, area: Area, what: str, note: str = "") -> CodeReport:
    """Anyone says that a code is not where it belongs. `area` is the commune where it was seen, whose officers look."""
    report = CodeReport.objects.create(
        place=code.place if code else None,
        part=code.part if code else None,
        area=area,
        what=CodeReport.What(what),
        note=note,
    )
    audit.record(action="places.code.report", obj=report, detail={"what": report.what})
    return report


@transaction.atomic
def close_place(*, place: Place) -> None:
    """The place no longer takes check-ins. Its history stays until its erase date."""
    if Place.objects.filter(pk=place.pk, closed_at=None).update(closed_at=timezone.now()):
        place.refresh_from_db()
        audit.record(action="places.place.close", obj=place)
