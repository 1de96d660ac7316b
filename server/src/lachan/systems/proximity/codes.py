"""One-time codes: given by an officer, exchanged for a token, then for a certificate over the keys to come."""

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform import keyring
from lachan.register.access import ratelimit
from lachan.register.access.models import Account
from lachan.register.access.tokens import hash_token, new_token
from lachan.response.cases.models import Case
from lachan.response.cases.states import Status
from lachan.response.tracing.models import Contact
from lachan.systems.proximity.errors import Refused, too_many
from lachan.systems.proximity.models import Code, Report
from lachan.systems.proximity.states import State, may_follow
from lachan_proximity import jws

SHORT_DIGITS, LONG_LETTERS = 8, 16
CERTIFICATE_LIFE = timedelta(minutes=15)
# From the code to the published keys a device has so long, whatever the code's own time.
TOKEN_LIFE = timedelta(hours=24)
KEEP_DAYS = 21
# Crockford's base 32: nothing that is read aloud wrong.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNING_KEY = "proximity"
AUDIENCE = "lachan-publish"
_TOKEN = "proximity.token"  # noqa: S105  the name of a key, not the key
TRIES_IP = ratelimit.Limit("proximity.code.ip", 60, 900)
# Wrong codes from everywhere together: many addresses guess no faster. A hundred times what people mistype.
TRIES_ALL = ratelimit.Limit("proximity.code.all", 3000, 900)
CERTIFICATES_IP = ratelimit.Limit("proximity.certificate.ip", 600, 600)
OUTSTANDING = 3


class Form(StrEnum):
    """Read aloud, 8 digits; sent, 16 letters; carried on paper to where there is no network, the same for longer."""

    SHORT = "short"
    LONG = "long"
    SLIP = "slip"


LIVES: Final[dict[Form, timedelta]] = {
    Form.SHORT: timedelta(minutes=15),
    Form.LONG: timedelta(hours=24),
    Form.SLIP: timedelta(days=7),
}


@dataclass(frozen=True)
class Issued:
    """A new code; `text` is known here and now only."""

    code: Code
    text: str


@dataclass(frozen=True)
class Claim:
    """What a right code gives: the token, and what the keys will say."""

    token: str
    report: int
    onset_on: date | None
    expires_at: datetime


def normalise(typed: str) -> str:
    """As the code is kept: capitals, no spaces or dashes, O read as 0, I and L as 1."""
    bare = "".join(letter for letter in typed.upper() if letter.isascii() and letter.isalnum())
    return bare.translate(str.maketrans("OIL", "011"))


def _hash(text: str) -> bytes:
    return keyring.blind_index("proximity.code", normalise(text))


def spoken(text: str) -> str:
    """In groups of four, as it is read aloud and printed."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


@transaction.atomic
def issue_code(
    *, by: Account, case: Case | None = None, contact: Contact | None = None, form: Form = Form.SHORT
) -> Issued:
    """A code for a case (probable or confirmed) or for a contact that the officer confirmed. Short: 8 digits, 15
    minutes; long: 16 letters, 24 hours; on a slip: 16 letters, 7 days. Raises Refused."""
    if (case is None) == (contact is None):
        raise ValueError("a code is for a case or for a contact")
    about: Case | Contact
    if case is not None:
        about = Case.objects.select_for_update().select_related("outbreak").get(pk=case.pk)
        if about.status not in {Status.PROBABLE, Status.CONFIRMED}:
            raise Refused("case_not_sure", _("Chỉ cấp mã cho ca xác định hoặc ca có thể."))
        report = Report.CONFIRMED if about.status == Status.CONFIRMED else Report.CLINICAL
        onset = about.onset_on
        mine: dict[str, Any] = {"case": about}
    else:
        assert contact is not None  # noqa: S101  for the type checker: one of the two is given
        about = Contact.objects.select_for_update().select_related("outbreak").get(pk=contact.pk)
        if about.status != Contact.Status.CONFIRMED:
            raise Refused("contact_not_confirmed", _("Xác nhận tiếp xúc này trước, rồi cấp mã."))
        report, onset, mine = Report.RECURSIVE, None, {"contact": about}
    now = timezone.now()
    live = Code.objects.filter(**mine, status=State.ISSUED, expires_at__gt=now).count()
    if live >= OUTSTANDING:
        said = _("Người này đang có %(n)d mã chưa dùng. Thu hồi một mã rồi cấp mã mới.") % {"n": live}
        raise Refused("codes_outstanding", said, status=HTTPStatus.CONFLICT)
    while True:
        text = (
            f"{secrets.randbelow(10**SHORT_DIGITS):0{SHORT_DIGITS}}"
            if form == Form.SHORT
            else "".join(secrets.choice(_LETTERS) for _nth in range(LONG_LETTERS))
        )
        try:
            with transaction.atomic():
                code = Code.objects.create(
                    code_hash=_hash(text),
                    person_id=about.person_id,
                    outbreak_id=about.outbreak_id,
                    **mine,
                    report=report,
                    onset_on=onset,
                    issued_at=now,
                    issued_by=by,
                    expires_at=now + LIVES[form],
                    erase_at=timezone.localdate(now) + timedelta(days=KEEP_DAYS),
                )
        # One short code in a hundred million is that of an older row.
        except IntegrityError:
            continue
        audit.record(action="proximity.code.issue", subject=code.person_id, obj=code)
        return Issued(code, text)


@transaction.atomic
def withdraw_code(*, code: Code, by: Account) -> Code:
    """Make the code worthless. Raises Refused once its keys are published."""
    locked = Code.objects.select_for_update().get(pk=code.pk)
    if not may_follow(State(locked.status), State.WITHDRAWN):
        said = _("Mã này đã %(status)s, không thu hồi được nữa.") % {"status": locked.get_status_display()}
        raise Refused("code_over", said, status=HTTPStatus.CONFLICT)
    _move(locked, State.WITHDRAWN)
    locked.token_hash, locked.mac = None, None
    locked.save(update_fields=["status", "token_hash", "mac"])
    audit.record(action="proximity.code.withdraw", subject=locked.person_id, obj=locked)
    return locked


def _move(code: Code, to: State) -> None:
    if not may_follow(State(code.status), to):
        raise RuntimeError(f"a code that is {code.status} can't become {to}")
    code.status = to.value


@contextmanager
def undone_if(decoy: bool) -> Iterator[None]:
    """Do the same work either way; of a decoy nothing stays."""
    with transaction.atomic():
        yield
        if decoy:
            transaction.set_rollback(True)


def claim(*, typed: str, address: str, nonce: bytes = b"", decoy: bool = False) -> Claim:
    """Exchange a code for a token. Raises Refused: limited, unknown, used, withdrawn or past its time.

    Who asks again with the same `nonce`, because the answer was lost, gets the same token until it is used.

    A decoy is told nothing of the code it names: it would be a guess that no limit counts.
    """
    if wait := ratelimit.take(TRIES_IP, address):
        raise too_many("too_many_tries", _("Nhiều mã sai từ mạng này. Thử lại sau %(wait)s."), wait)
    # Nobody guesses one of 32^16: who guesses short codes must not keep those with long ones out.
    short = len(normalise(typed)) < LONG_LETTERS
    # Also for decoys, so that a refusal does not tell them apart; and before the look-up, so that a right guess is
    # refused like a wrong one.
    if short and (wait := ratelimit.wait_for(TRIES_ALL, "")):
        said = _("Nhiều mã 8 số sai từ nhiều mạng. Thử lại sau %(wait)s, hoặc xin cán bộ mã 16 chữ.")
        raise too_many("too_many_tries", said, wait)
    try:
        return _claim(typed, nonce, decoy)
    except Refused:
        if short:
            ratelimit.take(TRIES_ALL, "")
        raise


def _claim(typed: str, nonce: bytes, decoy: bool) -> Claim:
    now = timezone.now()
    # Made from the nonce rather than kept: only whoever drew it can ask again.
    made = hmac.digest(keyring.secret(_TOKEN), _hash(typed) + nonce, "sha256")
    token = made.hex() if nonce else new_token()
    with undone_if(decoy):
        code = Code.objects.select_for_update().filter(code_hash=_hash(typed)).first()
        if decoy:
            return Claim(token, Report.CONFIRMED, None, now + TOKEN_LIFE)
        if code is None:
            raise Refused("code_unknown", _("Không có mã này. Xem lại từng số cán bộ đã đọc."), at="code")
        if code.status == State.WITHDRAWN:
            raise Refused("code_withdrawn", _("Cán bộ đã thu hồi mã này. Xin mã mới."), at="code")
        if code.status == State.CLAIMED and nonce and code.token_hash == hash_token(token) and code.expires_at > now:
            return Claim(token, code.report, code.onset_on, code.expires_at)
        if code.status != State.ISSUED:
            raise Refused("code_used", _("Mã này đã dùng rồi. Mỗi mã dùng một lần; xin mã mới."), at="code")
        if code.expires_at <= now:
            raise Refused("code_expired", _("Mã này đã hết giờ. Xin mã mới."), at="code")
        _move(code, State.CLAIMED)
        code.token_hash = hash_token(token)
        code.expires_at = now + TOKEN_LIFE
        code.save(update_fields=["status", "token_hash", "expires_at"])
        audit.record(action="proximity.code.claim", subject=code.person_id, obj=code)
        return Claim(token, code.report, code.onset_on, code.expires_at)


def certify(*, token: str, mac: bytes, address: str, decoy: bool = False) -> str:
    """A certificate that lets exactly the keys behind `mac` be published, for 15 minutes. Asked again for the same
    keys, a new one. Raises Refused."""
    if wait := ratelimit.take(CERTIFICATES_IP, address):
        raise too_many("too_many_certificates", _("Nhiều lượt gửi từ mạng này. Gửi lại sau %(wait)s."), wait)
    now = timezone.now()
    with undone_if(decoy):
        code = Code.objects.select_for_update().filter(token_hash=hash_token(token)).first()
        if code is None and not decoy:
            raise Refused("token_unknown", _("Lượt gửi này không còn hiệu lực. Nhập mã mới."), at="token")
        if code is not None:
            if code.expires_at <= now:
                raise Refused("token_expired", _("Lượt gửi này đã hết giờ. Nhập mã mới."), at="token")
            if code.status == State.CLAIMED:
                _move(code, State.CERTIFIED)
                code.mac = mac
                code.save(update_fields=["status", "mac"])
                audit.record(action="proximity.code.certify", subject=code.person_id, obj=code)
            elif code.status != State.CERTIFIED or bytes(code.mac or b"") != mac:
                raise Refused("token_bound", _("Mã này đã dùng cho những khóa khác."), at="mac")
        return certificate(code, mac, now)


def certificate(code: Code | None, mac: bytes, now: datetime) -> str:
    """The signed claims. Without a code it fits no upload: it serves decoys."""
    claims = {
        "iss": "lachan",
        "aud": AUDIENCE,
        "iat": int(now.timestamp()),
        "exp": int((now + CERTIFICATE_LIFE).timestamp()),
        "jti": str(code.key) if code else "00000000-0000-7000-8000-000000000000",
        "reportType": int(code.report) if code else int(Report.CONFIRMED),
        "tekmac": mac.hex(),
    }
    return jws.sign(claims, keyring.signing_key(SIGNING_KEY))
