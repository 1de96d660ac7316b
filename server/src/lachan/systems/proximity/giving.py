"""How a code reaches a person: read aloud, by text message, on a slip of paper; one by one or for a list of cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform.wording import masked_phone, viet_date
from lachan.register.access import phones, sms
from lachan.register.access.models import Account
from lachan.register.people import queries as people
from lachan.register.people.models import Identifier, Person
from lachan.response.cases.models import Case
from lachan.response.tracing.models import Contact
from lachan.systems.proximity import codes
from lachan.systems.proximity.codes import Form, Issued
from lachan.systems.proximity.errors import Refused

MOST_AT_ONCE = 60


class Way(StrEnum):
    """Slips hold for a week: they are given out where the network comes later."""

    SPOKEN = "spoken"
    SMS = "sms"
    SLIP = "slip"


_FORMS: Final[dict[Way, Form]] = {Way.SPOKEN: Form.SHORT, Way.SMS: Form.LONG, Way.SLIP: Form.SLIP}


@dataclass(frozen=True)
class Given:
    """A new code; `sent_to` is the masked number it was sent to, empty without a message."""

    issued: Issued
    sent_to: str


class NotGivenError(Exception):
    """No code of the list was given; `reasons` says of whom why not."""

    def __init__(self, reasons: dict[int, str]) -> None:
        super().__init__("; ".join(reasons.values()))
        self.reasons = reasons


def mobile_of(person: Person) -> str:
    """The person's mobile number, else that of who answers for them; "" without one."""
    for one in [person, *people.guardians_of(person)]:
        for found in one.identifiers.filter(kind=Identifier.Kind.PHONE):
            try:
                return phones.normalise(str(found.value), mobile=True)
            except phones.NotAPhoneError:
                continue
    return ""


@transaction.atomic
def give(*, by: Account, way: Way, case: Case | None = None, contact: Contact | None = None) -> Given:
    """Issue a code in the form the way needs; a text message is queued with it. Raises Refused, and then no code is
    issued."""
    about = case or contact
    if about is None:
        raise ValueError("a code is for a case or for a contact")
    number = mobile_of(about.person) if way == Way.SMS else ""
    if way == Way.SMS and not number:
        raise Refused("no_mobile", _("Không có số di động của người này. Chọn cách đưa mã khác."))
    issued = codes.issue_code(by=by, case=case, contact=contact, form=_FORMS[way])
    if not number:
        return Given(issued, "")
    until = timezone.localtime(issued.code.expires_at)
    # In the language of the country: the officer's own may be another.
    with translation.override("vi"):
        text = _(
            "Lá Chắn: mã Bluezone %(code)s, dùng một lần, đến %(until)s. Mở Bluezone trên máy, chọn Gửi khóa. "
            "Đừng đưa mã này cho ai, kể cả người xưng là cán bộ."
        ) % {"code": codes.spoken(issued.text), "until": f"{until:%H:%M} {viet_date(until)}"}
    sms.queue(to=number, text=text, useless_after=issued.code.expires_at)
    audit.record(action="proximity.code.sms", subject=about.person_id, obj=issued.code)
    return Given(issued, masked_phone(number))


def give_all(*, by: Account, way: Way, cases: Sequence[Case]) -> list[Given]:
    """A code for each case, or none at all. Raises NotGivenError with the reason of each that can't have one."""
    reasons: dict[int, str] = {}
    given = []
    with transaction.atomic():
        for case in cases:
            try:
                given.append(give(by=by, way=way, case=case))
            except Refused as refused:
                reasons[case.pk] = str(refused)
        if reasons:
            raise NotGivenError(reasons)
    return given
