"""Opening outbreaks, recording cases and changing what is known of them."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform.text import fold
from lachan.register.access.models import Account
from lachan.register.areas.models import Area
from lachan.register.people.models import Person
from lachan.register.profiles.models import Disease
from lachan.register.profiles.queries import profile_in_force
from lachan.response.cases.errors import CaseError, IllegalTransition, InfectorError, StaleCase
from lachan.response.cases.models import Case, LabTest, Outbreak, StatusChange
from lachan.response.cases.states import Status, may_follow, needs_reason

# Words that say the kind of a unit, not which one it is.
_KINDS: Final = ("thành phố", "tỉnh", "phường", "xã", "đặc khu", "thị trấn", "quận", "huyện", "thị xã")


def initials(area_name: str) -> str:
    """The initials of a unit's own name: "Thành phố Đà Nẵng" → "ĐN"."""
    bare = area_name
    for kind in _KINDS:
        if fold(bare).startswith(fold(kind) + " "):
            bare = bare[len(kind) + 1 :]
            break
    return "".join(word[0] for word in bare.split() if word[0].isalnum()).upper() or "CA"


def _free_prefix(area: Area) -> str:
    stem = initials(area.name)
    taken = set(Outbreak.objects.filter(prefix__startswith=stem).values_list("prefix", flat=True))
    number = 1
    while (prefix := stem if number == 1 else f"{stem}{number}") in taken:
        number += 1
    return prefix


@transaction.atomic
def open_outbreak(
    *, disease: Disease, name: str, area: Area, by: Account | None, opened_on: date | None = None
) -> Outbreak:
    """Open an outbreak of the disease in the area. Raises CaseError without a name, or when another takes the same
    prefix now."""
    if not name.strip():
        raise CaseError(_("Ghi tên ổ dịch, ví dụ “COVID-19 Đà Nẵng 8/2026”."), field="name")
    try:
        with transaction.atomic():
            outbreak = Outbreak.objects.create(
                disease=disease,
                name=name.strip(),
                area=area,
                prefix=_free_prefix(area),
                opened_on=opened_on or timezone.localdate(),
            )
    except IntegrityError as error:
        raise CaseError(_("Một cán bộ khác vừa mở ổ dịch ở đây. Tải lại trang rồi mở lại.")) from error
    audit.record(action="cases.outbreak.open", obj=outbreak, detail={"area": area.pk})
    return outbreak


@transaction.atomic
def record_case(
    *,
    outbreak: Outbreak,
    person: Person,
    by: Account | None,
    status: str = Status.SUSPECTED,
    onset_on: date | None = None,
    sampled_on: date | None = None,
    isolated_at: datetime | None = None,
    care: str = "",
    area: Area | None = None,
    infector: Case | None = None,
    line_id: str = "",
) -> Case:
    """Record a case with the outbreak's next number. `area` is where it was found (default: the person's, else the
    outbreak's).

    Raises CaseError with the field to mend: no date, a date to come, the person is already a case; InfectorError.
    """
    _check_dates(onset_on, sampled_on, isolated_at)
    # One row lock serialises the numbering of the outbreak.
    locked = Outbreak.objects.select_for_update().get(pk=outbreak.pk)
    if locked.closed_on is not None:
        raise CaseError(_("Ổ dịch %(name)s đã kết thúc. Chọn ổ dịch đang mở.") % {"name": locked.name})
    if known := Case.objects.filter(outbreak=locked, person=person).first():
        raise CaseError(_("Người này đã là ca %(number)s của ổ dịch.") % {"number": known.number}, field="person")
    if infector is not None and infector.outbreak_id != locked.pk:
        raise InfectorError(_("Nguồn lây phải là một ca cùng ổ dịch."), field="infector")
    locked.last_number += 1
    locked.save(update_fields=["last_number"])
    outbreak.last_number = locked.last_number
    keep = profile_in_force(locked.disease_id, timezone.localdate()).case_retention_days
    case = Case.objects.create(
        number=f"{locked.prefix}-{locked.last_number:04d}",
        outbreak=locked,
        person=person,
        status=Status(status),
        onset_on=onset_on,
        sampled_on=sampled_on,
        isolated_at=isolated_at,
        care=care.strip(),
        area=area or person.area or locked.area,
        infector=infector,
        line_id=line_id,
        reported_by=by,
        erase_at=timezone.localdate() + timedelta(days=keep),
    )
    StatusChange.objects.create(case=case, before="", after=case.status, by=by)
    audit.record(action="cases.case.record", subject=person.pk, obj=case)
    return case


def _check_dates(onset_on: date | None, sampled_on: date | None, isolated_at: datetime | None) -> None:
    if onset_on is None and sampled_on is None:
        raise CaseError(_("Ghi ngày khởi phát, hoặc ngày lấy mẫu nếu không có dấu hiệu."), field="onset_on")
    today = timezone.localdate()
    for field, day in (("onset_on", onset_on), ("sampled_on", sampled_on)):
        if day is not None and day > today:
            typed = f"{day.day}/{day.month}/{day.year}"
            raise CaseError(
                _("Ngày phải từ hôm nay trở về trước. Ô đang ghi %(typed)s.") % {"typed": typed}, field=field
            )
    if isolated_at is not None and isolated_at > timezone.now():
        raise CaseError(_("Giờ cách ly phải ở quá khứ. Chưa cách ly thì để trống."), field="isolated_at")


def _lock(case: Case) -> Case:
    return Case.objects.select_for_update().get(pk=case.pk)


@transaction.atomic
def change_status(*, case: Case, to: str, by: Account | None, reason: str = "") -> Case:
    """Move the case to another status. `case` is as the officer saw it.

    Raises StaleCase when it has changed since, IllegalTransition, and CaseError when a reason is asked and missing.
    """
    locked = _lock(case)
    if locked.status != case.status:
        said = locked.get_status_display()
        raise StaleCase(_("Ca %(number)s vừa được đổi thành “%(status)s”.") % {"number": locked.number, "status": said})
    before, after = Status(locked.status), Status(to)
    if not may_follow(before, after):
        labels = {"before": Case.Status(before).label, "after": Case.Status(after).label}
        raise IllegalTransition(_("Ca đang “%(before)s” không thể chuyển sang “%(after)s”.") % labels, field="status")
    if needs_reason(before, after) and not reason.strip():
        raise CaseError(_("Ghi lý do, ví dụ “mẫu xét nghiệm bị lẫn”."), field="reason")
    locked.status = after
    locked.save(update_fields=["status"])
    case.status = after
    StatusChange.objects.create(case=locked, before=before, after=after, reason=reason.strip(), by=by)
    audit.record(
        action="cases.case.status", subject=locked.person_id, obj=locked, detail={"before": before, "after": after}
    )
    return locked


_CHANGEABLE: Final = frozenset({"onset_on", "sampled_on", "isolated_at", "care", "area"})


@transaction.atomic
def update_case(*, case: Case, by: Account | None, **changes: Any) -> Case:
    """Change dates, place of care or area. Tracing again is the caller's next step: the window may have moved.

    Raises CaseError with the field to mend, TypeError for a field that has its own action.
    """
    if unknown := changes.keys() - _CHANGEABLE:
        raise TypeError(f"update_case() does not change {', '.join(sorted(unknown))}")
    locked = _lock(case)
    for field, value in changes.items():
        setattr(locked, field, value)
        setattr(case, field, value)
    _check_dates(locked.onset_on, locked.sampled_on, locked.isolated_at)
    locked.save(update_fields=list(changes))
    audit.record(action="cases.case.update", subject=locked.person_id, obj=locked, detail={"fields": sorted(changes)})
    return locked


@transaction.atomic
def set_infector(*, case: Case, infector: Case | None, by: Account | None) -> Case:
    """Say who infected the case, or that nobody knows (None). Raises InfectorError."""
    # The outbreak's lock keeps two officers from closing a circle from both ends.
    Outbreak.objects.select_for_update().get(pk=case.outbreak_id)
    locked = _lock(case)
    if infector is not None:
        _check_infector(locked, infector)
    locked.infector = infector
    locked.save(update_fields=["infector"])
    case.infector = infector
    audit.record(
        action="cases.case.infector",
        subject=locked.person_id,
        obj=locked,
        detail={"infector": infector.pk if infector else None},
    )
    return locked


def _check_infector(case: Case, infector: Case) -> None:
    if infector.pk == case.pk:
        raise InfectorError(_("Một ca không thể tự lây cho mình. Chọn ca khác."), field="infector")
    if infector.outbreak_id != case.outbreak_id:
        raise InfectorError(_("Nguồn lây phải là một ca cùng ổ dịch."), field="infector")
    parents = dict(Case.objects.filter(outbreak_id=case.outbreak_id).values_list("pk", "infector_id"))
    above: int | None = infector.pk
    while above is not None:
        if above == case.pk:
            numbers = {"case": case.number, "infector": infector.number}
            raise InfectorError(
                _("Ca %(infector)s lại do %(case)s lây (trực tiếp hay gián tiếp), nên không thể là nguồn lây.")
                % numbers,
                field="infector",
            )
        above = parents.get(above)


@transaction.atomic
def record_test(
    *,
    case: Case,
    kind: str,
    sampled_at: datetime,
    by: Account | None,
    result: str = LabTest.Result.PENDING,
    resulted_at: datetime | None = None,
) -> LabTest:
    """Record a sample and, when there is one, its result. The first sample dates a case that has no onset.

    A result never changes the status by itself: an officer decides. Raises CaseError for a sample to come.
    """
    if sampled_at > timezone.now():
        raise CaseError(_("Giờ lấy mẫu phải ở quá khứ."), field="sampled_at")
    known = result != LabTest.Result.PENDING
    test = LabTest.objects.create(
        case=case,
        kind=kind,
        sampled_at=sampled_at,
        result=LabTest.Result(result),
        resulted_at=(resulted_at or timezone.now()) if known else None,
    )
    day = timezone.localtime(sampled_at).date()
    Case.objects.filter(pk=case.pk, sampled_on=None).update(sampled_on=day)
    audit.record(action="cases.test.record", subject=case.person_id, obj=test)
    return test
