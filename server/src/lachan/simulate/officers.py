"""The officers of the demonstration: few, since a password costs a slow hash; each with a second factor enrolled."""

import base64
import hashlib
import hmac
import secrets
import struct
import time
from dataclasses import dataclass

from django.db import transaction

from lachan.register.access.actions import create_officer, enroll_totp
from lachan.register.access.models import Account
from lachan.register.areas.models import Area

TOTP_SECONDS, TOTP_DIGITS = 30, 6
# No letters that are read as digits.
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Officer:
    """A log-in to print: it opens this made-up world only, and is new in every one."""

    username: str
    name: str
    role: str
    area: str
    password: str
    totp_secret: str

    def totp_code(self, at: float | None = None) -> str:
        """The six digits that an authenticator app would show now (RFC 6238)."""
        key = base64.b32decode(self.totp_secret + "=" * (-len(self.totp_secret) % 8))
        counter = struct.pack(">Q", int((time.time() if at is None else at) // TOTP_SECONDS))
        digest = hmac.new(key, counter, hashlib.sha1).digest()
        start = digest[-1] & 0x0F
        number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
        return f"{number % 10**TOTP_DIGITS:0{TOTP_DIGITS}}"


def posts(country: Area, province: Area, commune: Area) -> list[tuple[str, str, str, Area]]:
    """(user name, name, role, area) of each officer."""
    return [
        ("le.quang.huy", "Lê Quang Huy", "province", province),
        # Whoever proposes a warning to many is not who releases it.
        ("vo.thi.lan", "Võ Thị Lan", "province", province),
        ("pham.thi.duyen", "Phạm Thị Duyên", "commune", commune),
        ("dinh.cong.tam", "Đinh Công Tâm", "border", province),
        ("mai.thi.thu", "Mai Thị Thu", "inspector", province),
        ("hoang.ngoc.anh", "Hoàng Ngọc Anh", "ministry", country),
    ]


def _password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


@transaction.atomic
def appoint(country: Area, province: Area, commune: Area) -> list[Officer]:
    """Create the officers; those already there (their log-ins were lost) get a new password and second factor."""
    appointed = []
    for username, name, role, area in posts(country, province, commune):
        password = _password()
        account = Account.objects.filter(username=username, is_officer=True).first()
        if account is None:
            account = create_officer(username=username, name=name, password=password, role=role, area=area)
        else:
            account.set_password(password)
            account.save(update_fields=["password"])
        appointed.append(Officer(username, name, role, area.name, password, enroll_totp(account)))
    return appointed
