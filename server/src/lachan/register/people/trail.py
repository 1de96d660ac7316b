"""The audit trail in words a citizen reads: who, from which office, did what, when and why."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.ground.audit.models import AuditEvent
from lachan.register.access.models import Account
from lachan.register.access.roles import ROLES
from lachan.register.areas import queries as areas
from lachan.register.people import merging
from lachan.register.people.models import Person

PAGE = 50
# Other rooms add their own with describe(); an action without words is told by its last part, read or changed.
_WORDS: dict[str, str | Promise] = {
    "people.record.read": gettext_lazy("Xem hồ sơ"),
    "people.person.register": gettext_lazy("Ghi tên vào sổ"),
    "people.person.correct": gettext_lazy("Sửa hồ sơ"),
    "people.person.merge": gettext_lazy("Gộp hai hồ sơ trùng"),
    "people.person.unmerge": gettext_lazy("Tách lại hai hồ sơ đã gộp nhầm"),
    "people.near.list": gettext_lazy("Xem hồ sơ giống khi ghi một người"),
    "people.match.list": gettext_lazy("Xem danh sách hồ sơ có thể trùng"),
    "people.match.different": gettext_lazy("Ghi là hai người khác nhau"),
    "people.account.link": gettext_lazy("Nối hồ sơ với tài khoản"),
    "people.identifier.add": gettext_lazy("Thêm số điện thoại hoặc giấy tờ"),
    "people.household.join": gettext_lazy("Ghi vào hộ gia đình"),
    "people.household.leave": gettext_lazy("Ghi rời hộ gia đình"),
    "people.guardian.appoint": gettext_lazy("Ghi người khai hộ"),
    "people.guardian.end": gettext_lazy("Thôi khai hộ"),
    "people.data.export": gettext_lazy("Tải dữ liệu về"),
    "people.rights.ask": gettext_lazy("Gửi yêu cầu về dữ liệu của mình"),
    "people.rights.take": gettext_lazy("Nhận trả lời yêu cầu về dữ liệu"),
    "people.rights.extend": gettext_lazy("Gia hạn yêu cầu về dữ liệu"),
    "people.rights.close": gettext_lazy("Trả lời yêu cầu về dữ liệu"),
    "people.rights.read": gettext_lazy("Xem yêu cầu về dữ liệu"),
    "people.rights.list": gettext_lazy("Xem danh sách yêu cầu về dữ liệu"),
    "people.consent.give": gettext_lazy("Đồng ý cho một việc"),
    "people.consent.withdraw": gettext_lazy("Rút lại điều đã đồng ý"),
    "cases.case.record": gettext_lazy("Ghi ca bệnh"),
    "cases.case.status": gettext_lazy("Đổi tình trạng ca bệnh"),
    "cases.case.update": gettext_lazy("Sửa ca bệnh"),
    "cases.test.record": gettext_lazy("Ghi xét nghiệm"),
    "forms.response.record": gettext_lazy("Ghi tờ khai"),
}


def describe(action: str, words: str | Promise) -> None:
    """Give a room's action its words. Called in the room's AppConfig.ready()."""
    _WORDS[action] = words


@dataclass(frozen=True)
class Entry:
    """One line of the page. `reading` tells a look from a change; `own` that the reader did it."""

    at: datetime
    who: str
    office: str
    what: str
    purpose: str
    reading: bool
    own: bool


def _who(event: AuditEvent, reader: Account) -> str:
    if event.actor_id == reader.pk:
        return _("Chính tài khoản này")
    if event.actor_role in ROLES:
        return str(ROLES[event.actor_role].name)
    if event.actor_role.startswith("system:"):
        return _("Máy chủ, việc tự động")
    return {
        "citizen": _("Người khai hộ"),
        "officer": _("Cán bộ"),
        "anonymous": _("Người chưa đăng nhập"),
    }.get(event.actor_role, _("Không rõ"))


def _what(event: AuditEvent) -> str:
    if event.action in _WORDS:
        return str(_WORDS[event.action])
    return _("Xem hồ sơ") if _is_reading(event) else _("Sửa hồ sơ")


def _is_reading(event: AuditEvent) -> bool:
    return event.action.rpartition(".")[2] in {"read", "list", "search", "export"}


def entries(
    person: Person, reader: Account, *, own: bool = False, before: int | None = None
) -> tuple[list[Entry], int | None]:
    """Up to PAGE lines about the person, newest first, and the `before` of the next page.

    Without `own`, what the reading account did itself is left out: the question is who else did.
    """
    numbers = merging.numbers_of(person)
    events = AuditEvent.objects.filter(subject_id__in=numbers).order_by("-at", "-pk")
    # A merge is told of both records; on this page they are one.
    events = events.exclude(action="people.person.merge", subject_id__in=numbers[1:])
    if not own:
        # null ids (jobs) would vanish in a plain exclude
        events = events.exclude(actor_id__isnull=False, actor_id=reader.pk)
    if before is not None:
        events = events.filter(pk__lt=before)
    page = list(events[: PAGE + 1])
    offices = areas.paths({event.actor_area_id for event in page if event.actor_area_id is not None})
    lines = [
        Entry(
            at=event.at,
            who=_who(event, reader),
            office=offices.get(event.actor_area_id or 0, ""),
            what=_what(event),
            purpose=event.purpose,
            reading=_is_reading(event),
            own=event.actor_id == reader.pk,
        )
        for event in page[:PAGE]
    ]
    return lines, page[PAGE - 1].pk if len(page) > PAGE else None
