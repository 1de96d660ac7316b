"""Requests about one's own data: asked by the person or who acts for it, answered within the law's time."""

import hashlib
import json
import tomllib
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import visible
from lachan.register.people import actions, erasing, holdings, queries, working_days
from lachan.register.people.models import Person, RightsRequest

Kind, Status = RightsRequest.Kind, RightsRequest.Status
# What can be asked to be put right, and what stands there now.
FIELDS: dict[str, str | Promise] = {
    "name": gettext_lazy("Họ và tên"),
    "birth": gettext_lazy("Ngày sinh"),
    "sex": gettext_lazy("Giới tính"),
    "address": gettext_lazy("Số nhà, đường"),
    "other": gettext_lazy("Điều khác"),
}
_SEXES = {"nữ": "female", "nam": "male", "khác": "other", "female": "female", "male": "male", "other": "other"}
MOST_OPEN = 5
# An answer stays among the notices so long, and with the request until its erase date.
SHOWN_DAYS = 60


class RightsError(ValueError):
    """The request can't be made, or not decided so; the message says why. `field` names what to mend, or is ""."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@cache
def clocks() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "rights.toml").read_text(encoding="utf-8"))


def due(kind: str, asked_on: date) -> tuple[date, date]:
    """(answer by, done by) of a request of that day."""
    rules = clocks()
    return (
        working_days.after(asked_on, rules["answer_working_days"]),
        asked_on + timedelta(days=rules["done_days"][kind]),
    )


@transaction.atomic
def ask(*, person: Person, kind: str, by: Account, wish: str = "", field: str = "") -> RightsRequest:
    """Raises RightsError. The caller has checked that the account acts for the person."""
    wish = wish.strip()
    if kind == Kind.RECTIFY and field not in FIELDS:
        raise RightsError(_("Chọn chỗ cần sửa"), "field")
    if kind in {Kind.RECTIFY, Kind.RESTRICT} and not wish:
        raise RightsError(_("Ghi điều mong muốn, ví dụ “tên đúng là Nguyễn Thị Hạnh”"), "wish")
    asker = queries.person_of(by)
    area = person.area or (asker.area if asker else None)
    if area is None:
        raise RightsError(_("Ghi nơi đang ở trước, để biết nơi nào trả lời."))
    Person.objects.select_for_update().get(pk=person.pk)
    if RightsRequest.objects.filter(person=person, closed_at=None).count() >= MOST_OPEN:
        raise RightsError(_("Đang có %(n)d yêu cầu chờ trả lời. Đợi trả lời rồi gửi thêm.") % {"n": MOST_OPEN})
    now = timezone.now()
    answer_by, done_by = due(kind, timezone.localdate(now))
    made = RightsRequest.objects.create(
        person=person,
        area=area,
        kind=kind,
        field=field if kind == Kind.RECTIFY else "",
        wish=wish[:1000],
        asked_at=now,
        asked_by=by,
        answer_by=answer_by,
        done_by=done_by,
    )
    audit.record(action="people.rights.ask", subject=person.pk, obj=made, detail={"kind": kind})
    return made


def mine(account: Account) -> QuerySet[RightsRequest]:
    """The requests about the account's own person and those it acts for, the newest first."""
    return RightsRequest.objects.filter(person__in=queries.acts_for(account)).order_by("-asked_at", "-pk")


def told(account: object) -> list[RightsRequest]:
    """What an officer has taken on or answered of the account's requests lately: what its inbox shows."""
    if not isinstance(account, Account):
        return []
    since = timezone.now() - timedelta(days=SHOWN_DAYS)
    return list(mine(account).filter(taken_at__isnull=False).filter(Q(closed_at=None) | Q(closed_at__gte=since)))


def requests_for(account: Account) -> QuerySet[RightsRequest]:
    """The requests of the officer's area."""
    areas = visible(account, Permission.PERSON_WRITE)
    here = Q(person=None, area__in=areas) | Q(person__area__in=areas) | Q(person__area=None, area__in=areas)
    return RightsRequest.objects.filter(here).select_related("person__area", "area", "taken_by", "closed_by")


def waiting(account: Account) -> QuerySet[RightsRequest]:
    """What is to be done, the oldest first."""
    return requests_for(account).filter(closed_at=None).order_by("asked_at", "pk")


def is_late(request: RightsRequest, today: date) -> bool:
    """Past the date of the answer while nobody has taken it, or of the deed."""
    if request.closed_at is not None:
        return False
    return today > (request.done_by if request.taken_at else request.answer_by)


def _open(request: RightsRequest) -> RightsRequest:
    found = RightsRequest.objects.select_for_update().get(pk=request.pk)
    if found.closed_at is not None:
        raise RightsError(_("Yêu cầu này đã được trả lời."))
    return found


@transaction.atomic
def take(*, request: RightsRequest, by: Account) -> RightsRequest:
    """The officer answers for it from now on; the person sees who, and by when it will be done. Raises RightsError."""
    found = _open(request)
    if found.taken_by is not None and found.taken_by != by:
        raise RightsError(_("%(name)s đã nhận trả lời yêu cầu này.") % {"name": found.taken_by.name})
    found.taken_at, found.taken_by, found.status = found.taken_at or timezone.now(), by, Status.TAKEN
    found.save(update_fields=["taken_at", "taken_by", "status"])
    audit.record(action="people.rights.take", subject=found.person_id, obj=found)
    return found


@transaction.atomic
def extend(*, request: RightsRequest, reason: str) -> RightsRequest:
    """More time, once. Raises RightsError."""
    found = _open(request)
    if found.extended_at is not None:
        raise RightsError(_("Chỉ được gia hạn một lần."))
    if not reason.strip():
        raise RightsError(_("Ghi lý do gia hạn."), "answer")
    found.extended_at, found.answer = timezone.now(), reason.strip()[:2000]
    found.done_by += timedelta(days=clocks()["extension_days"])
    found.save(update_fields=["extended_at", "answer", "done_by"])
    audit.record(action="people.rights.extend", subject=found.person_id, obj=found)
    return found


@transaction.atomic
def refuse(*, request: RightsRequest, answer: str, by: Account) -> RightsRequest:
    """Nothing is done; the answer says why. Raises RightsError."""
    found = _open(request)
    if not answer.strip():
        raise RightsError(_("Ghi lý do, để người hỏi biết."), "answer")
    return _close(found, Status.REFUSED, answer, by)


@transaction.atomic
def do(*, request: RightsRequest, answer: str, by: Account) -> RightsRequest:
    """Do what is asked: the detail is put right, the record erased; the rest is answered. Raises RightsError."""
    found = _open(request)
    person = found.person
    if person is None:
        raise RightsError(_("Hồ sơ này đã được xóa."))
    if found.kind == Kind.RECTIFY and found.field != "other":
        _rectify(person, found.field, found.wish or "")
    elif found.kind not in {Kind.ACCESS, Kind.ERASE} and not answer.strip():
        raise RightsError(_("Ghi đã làm gì, để người hỏi biết."), "answer")
    if found.kind == Kind.ERASE:
        number = person.pk
        try:
            erased = erasing.erase_person(person=person, reason=found.number)
        except erasing.HeldError as error:
            raise RightsError(held_words(error.until, error.labels)) from error
        found.refresh_from_db()
        found.receipt = receipt(erased, found.number)
        found.save(update_fields=["receipt"])
        audit.record(
            action="people.rights.erased", subject=number, obj=found, detail={"sha256": found.receipt["sha256"]}
        )
        # Nobody is left to read it.
        answer = ""
    return _close(found, Status.DONE, answer, by)


def _close(found: RightsRequest, status: str, answer: str, by: Account) -> RightsRequest:
    now = timezone.now()
    found.status, found.answer, found.closed_at, found.closed_by = status, answer.strip()[:2000], now, by
    found.taken_at, found.taken_by = found.taken_at or now, found.taken_by or by
    found.erase_at = timezone.localdate(now) + timedelta(days=clocks()["keep_days"])
    found.save()
    audit.record(action="people.rights.close", subject=found.person_id, obj=found, detail={"status": status})
    return found


def _rectify(person: Person, field: str, wish: str) -> None:
    said: dict[str, Any] = {field: wish}
    if field == "birth":
        said = _born(wish)
    elif field == "sex":
        sex = _SEXES.get(wish.strip().casefold())
        if sex is None:
            raise RightsError(_("Giới tính ghi là “%(typed)s”: trả lời và sửa bằng tay.") % {"typed": wish[:40]})
        said = {"sex": sex}
    try:
        actions.correct_person(person=person, **said)
    except actions.WrongDetailError as error:
        raise RightsError(str(error)) from error


def _born(wish: str) -> dict[str, Any]:
    text = wish.strip()
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return {"birth_date": datetime.strptime(text, form).date()}  # noqa: DTZ007  a day, no moment
        except ValueError:
            continue
    if text.isascii() and text.isdigit() and len(text) == 4:
        return {"birth_year": int(text)}
    raise RightsError(_("Ngày sinh ghi là “%(typed)s”: trả lời và sửa bằng tay.") % {"typed": text[:40]})


def held_words(until: date, labels: list[str]) -> str:
    """Why the law does not allow erasing yet."""
    what = ", ".join(dict.fromkeys(labels))
    return _("Chưa xóa được: luật phòng bệnh buộc giữ tới %(day)s: %(what)s. Hôm đó hồ sơ tự xóa.") % {
        "day": until.strftime("%d/%m/%Y"),
        "what": what,
    }


def receipt(erased: dict[str, int], number: str = "") -> dict[str, Any]:
    """What was erased, per kind of record, with a hash that the trail holds too. Nothing of what the rows said."""
    labels: dict[str, list[str]] = {}
    for holding in reversed(holdings.all_holdings()):
        labels.setdefault(holding.table, []).append(str(holding.label))
    rows = [
        {"table": table, "what": ", ".join(dict.fromkeys(labels.get(table, [table]))), "rows": count}
        for table, count in sorted(erased.items())
        if count
    ]
    body = {"number": number, "erased_at": timezone.now().isoformat(timespec="seconds"), "rows": rows}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return body | {"sha256": hashlib.sha256(text.encode()).hexdigest()}
