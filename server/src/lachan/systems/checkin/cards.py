"""What a gate can be shown: every code told apart and read, in the order of the formats' own marks.

Pure; the same in web/static/gate/cards.js, which is what a gate runs. The formats: Decision 1405/QĐ-BTTTT (national
QR), the chip card of 2021 (7 fields) and of 2024 (11), the health-insurance card, `HC1:` certificates, our own pass
and receipt.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

PASS_PREFIX = "LCP1:"  # noqa: S105  the mark of a format, no secret
RECEIPT_PREFIX = "LCR1:"
CERTIFICATE_PREFIX = "HC1:"
# The most that a QR code holds is 7,089 digits.
MAX_CHARS = 7089
MAX_NAME = 120

Kind = Literal["certificate", "pass", "receipt", "insurance", "citizen", "national", "unknown"]
NumberKind = Literal["", "cccd", "bhyt", "passport"]

_CITIZEN = re.compile(r"[0-9]{12}")
_OLD_NUMBER = re.compile(r"[0-9]{9}")
_INSURANCE = re.compile(r"[A-Z]{2}[0-9]{13}|[0-9]{10}")
_PASSPORT = re.compile(r"[A-Z][0-9]{7,8}")
_COMPACT_DATE = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_SLASH_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_YEAR = re.compile(r"[0-9]{4}")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2}|\*\*)-([0-9]{2}|\*\*)")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_BLANKS = re.compile(r"[ \t\r\n\u00a0]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]")


@dataclass(frozen=True, slots=True)
class Card:
    """What the code says of its holder. Empty means that the card does not say, or hides it, or says it unreadably.

    `number` is empty when the holder masked it; then the code identifies nobody. `born` is yyyy-mm-dd or yyyy.
    """

    kind: Kind
    number_kind: NumberKind = ""
    number: str = ""
    name: str = ""
    born: str = ""
    sex: Literal["", "male", "female"] = ""
    masked: bool = False


UNKNOWN = Card("unknown")


def read(text: str) -> Card:  # noqa: PLR0911  one return a format
    """Tell the code apart and read it. Never raises: what fits no format is `unknown`."""
    if len(text) > MAX_CHARS:
        return UNKNOWN
    if text.startswith(CERTIFICATE_PREFIX):
        return Card("certificate")
    if text.startswith(PASS_PREFIX):
        return Card("pass")
    if text.startswith(RECEIPT_PREFIX):
        return Card("receipt")
    fields = text.strip(" \t\r\n").split("|")
    if len(fields) >= 14 and fields[-1] == "$":
        return _insurance(fields)
    if len(fields) in (7, 11) and _CITIZEN.fullmatch(fields[0]) and _COMPACT_DATE.fullmatch(fields[3]):
        return _citizen(fields)
    if len(fields) == 6 and _ISO_DATE.fullmatch(fields[2]) and fields[3] in ("0", "1"):
        return _national(fields)
    return UNKNOWN


def _insurance(fields: list[str]) -> Card:
    number = fields[0].upper() if fields[0].isascii() else ""
    if not _INSURANCE.fullmatch(number):
        return UNKNOWN
    born = fields[2] if _YEAR.fullmatch(fields[2]) else ""
    if match := _SLASH_DATE.fullmatch(fields[2]):
        born = _date(match[3], match[2], match[1])
    sexes: dict[str, Literal["", "male", "female"]] = {"1": "male", "2": "female"}
    return Card("insurance", "bhyt", number, _hex_name(fields[1]), born, sexes.get(fields[3], ""))


def _citizen(fields: list[str]) -> Card:
    match = _COMPACT_DATE.fullmatch(fields[3])
    born = _date(match[3], match[2], match[1]) if match else ""
    if not born:
        return UNKNOWN
    sexes: dict[str, Literal["", "male", "female"]] = {"nam": "male", "nữ": "female"}
    sex = sexes.get(unicodedata.normalize("NFC", fields[4]).lower(), "")
    return Card("citizen", "cccd", fields[0], _name(fields[2]), born, sex)


def _national(fields: list[str]) -> Card:
    match = _ISO_DATE.fullmatch(fields[2])
    if not match:
        return UNKNOWN
    year, month, day = match.groups()
    if "*" in month + day:
        born = year
    else:
        born = _date(year, month, day)
        if not born:
            return UNKNOWN
    given = fields[0].upper() if fields[0].isascii() else ""
    number_kind: NumberKind = ""
    if _CITIZEN.fullmatch(given):
        number_kind = "cccd"
    elif _PASSPORT.fullmatch(given):
        number_kind = "passport"
    elif not _OLD_NUMBER.fullmatch(given) and "*" not in given:
        return UNKNOWN
    extra = fields[5].split("<")
    sexes: dict[str, Literal["", "male", "female"]] = {"1": "male", "2": "female"}
    sex = sexes.get(extra[1], "") if len(extra) > 1 else ""
    # A nine-digit number of the old paper card is not unique any more, so it leads to nobody.
    number = given if number_kind else ""
    return Card("national", number_kind, number, _name(fields[1]), born, sex, masked="*" in given or "*" in month + day)


def _date(year: str, month: str, day: str) -> str:
    y, m, d = int(year), int(month), int(day)
    if not (1900 <= y <= 2199 and 1 <= m <= 12 and 1 <= d <= calendar.monthrange(y, m)[1]):
        return ""
    return f"{year}-{month}-{day}"


def _hex_name(text: str) -> str:
    """The name in hex of UTF-8; empty when it is not exactly that, since a wrongly decoded name goes unnoticed."""
    if not _HEX.fullmatch(text):
        return ""
    try:
        return _name(bytes.fromhex(text).decode())
    except UnicodeDecodeError:
        return ""


def _name(text: str) -> str:
    name = _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip(" ")
    return "" if len(name) > MAX_NAME or _CONTROL.search(name) else name


def mask(name: str) -> str:
    """The family name and the first letters of the rest: Phan Văn Đạt is shown as “Phan V. Đ.”."""
    first, *rest = name.split(" ")
    family = first.capitalize() if first.isupper() else first
    return " ".join([family, *[f"{part[0].upper()}." for part in rest if part]])
