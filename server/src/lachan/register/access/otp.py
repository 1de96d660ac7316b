"""One-time codes by text message: six digits, five minutes, five tries, and limits per phone and per address.

No answer says whether the number is known: a code is sent to any mobile number that asks within the limits.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform import keyring
from lachan.register.access import phones, ratelimit, sms
from lachan.register.access.actions import account_of_phone
from lachan.register.access.models import Account, OneTimeCode

DIGITS = 6
LIFETIME = timedelta(minutes=5)
MAX_TRIES = 5

# Carriers put thousands of phones behind one address, so the limits per address are wide.
SEND_PHONE_SOON = ratelimit.Limit("otp.send.phone.soon", 2, 120)
SEND_PHONE_DAY = ratelimit.Limit("otp.send.phone.day", 10, 86_400)
SEND_IP = ratelimit.Limit("otp.send.ip", 60, 3_600)
TRY_PHONE = ratelimit.Limit("otp.try.phone", 10, 900)
TRY_IP = ratelimit.Limit("otp.try.ip", 120, 900)

_COUNT_TRY = """
UPDATE access_onetimecode SET tries = tries + 1
WHERE id = (SELECT id FROM access_onetimecode WHERE phone_hash = %s ORDER BY id DESC LIMIT 1)
  AND used_at IS NULL AND expires_at > clock_timestamp() AND tries < %s
RETURNING id, code_hash, tries
"""


class State(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    # Expired, used, spent or never sent: one answer for all four.
    DEAD = "dead"
    LIMITED = "limited"


@dataclass(frozen=True)
class Sent:
    """The answer to a request for a code. `wait` > 0: refused by a limit, ask again in so many seconds."""

    phone: str
    wait: int = 0


@dataclass(frozen=True)
class Verdict:
    """The answer to a typed code. `account` is None for a right code of a number without an account."""

    state: State
    phone: str
    account: Account | None = None
    tries_left: int = 0
    wait: int = 0


def _hash(phone_hash: bytes, code: str) -> bytes:
    return keyring.blind_index("otp", f"{phone_hash.hex()}:{code}")


@transaction.atomic
def request_code(phone: str, ip: str) -> Sent:
    """Send a new code to the phone; earlier codes of it die. Raises phones.NotAPhoneError.

    Returns rather than raises a refusal, so that the count of the limits is not rolled back.
    """
    number = phones.normalise(phone, mobile=True)
    wait = (
        ratelimit.take(SEND_IP, ip) or ratelimit.take(SEND_PHONE_SOON, number) or ratelimit.take(SEND_PHONE_DAY, number)
    )
    if wait:
        return Sent(number, wait)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    phone_hash = phones.index(number)
    now = timezone.now()
    row = OneTimeCode.objects.create(
        phone_hash=phone_hash, code_hash=_hash(phone_hash, code), expires_at=now + LIFETIME
    )
    text = _("%(code)s là mã đăng nhập Lá Chắn, dùng trong 5 phút. Đừng đọc mã này cho ai, kể cả người xưng là cán bộ.")
    sms.queue(to=number, text=text % {"code": code}, useless_after=now + LIFETIME)
    audit.record(action="access.code.send", obj=row)
    return Sent(number)


@transaction.atomic
def verify_code(phone: str, code: str, ip: str = "") -> Verdict:
    """Judge a typed code. Raises phones.NotAPhoneError; returns every other refusal, so that the try stays counted."""
    number = phones.normalise(phone, mobile=True)
    wait = ratelimit.take(TRY_PHONE, number) or (ratelimit.take(TRY_IP, ip) if ip else 0)
    if wait:
        return Verdict(State.LIMITED, number, wait=wait)
    phone_hash = phones.index(number)
    typed = "".join(c for c in code if c.isascii() and c.isdigit())
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_TRY, [phone_hash, MAX_TRIES])
        row = cursor.fetchone()
    # The hash is made and compared on every path, so that the time taken tells nothing.
    expected = bytes(row[1]) if row else bytes(32)
    right = hmac.compare_digest(_hash(phone_hash, typed), expected)
    if row is None:
        return Verdict(State.DEAD, number)
    if not right:
        left = MAX_TRIES - row[2]
        return Verdict(State.WRONG if left else State.DEAD, number, tries_left=left)
    OneTimeCode.objects.filter(pk=row[0]).update(used_at=timezone.now())
    return Verdict(State.RIGHT, number, account_of_phone(number))
