"""Facts in words: times, numbers, phone numbers, as the product writes them in the active language.

Vietnamese: 14:42 · 9/8 · 9/8/2025 · 2.914 · 37,9. English: 14:42 · 9 Aug · 9 Aug 2025 · 2,914 · 37.9.
The traveller's other languages write days and numbers as languages.py says.
Times are Asia/Ho_Chi_Minh on a 24-hour clock.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

import phonenumbers
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lachan.ground.platform import languages

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_THU = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
DOT = "•"


def english() -> bool:
    """Is the page being written in English?"""
    return (get_language() or "vi").startswith("en")


def _language() -> str:
    """The language the page is written in, Vietnamese where nothing is known of it."""
    active = (get_language() or "vi")[:2]
    return active if active == "en" or active in languages.HABITS else "vi"


def local(moment: datetime) -> datetime:
    """The moment on a Vietnamese clock; a naive moment is taken as already local."""
    return moment.replace(tzinfo=HOME) if moment.tzinfo is None else moment.astimezone(HOME)


def today() -> date:
    """Today's date in Việt Nam."""
    return local(timezone.now()).date()


def _as_date(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def viet_clock(value: datetime | time | None) -> str:
    """14:42, 8:05: the clock alone, whatever the day."""
    if value is None:
        return ""
    clock = local(value) if isinstance(value, datetime) else value
    return f"{clock.hour}:{clock.minute:02d}"


def viet_date(value: date | datetime | None, style: str = "") -> str:
    """9/8 this year, else 9/8/2025. With style "long" the year always shows."""
    if value is None:
        return ""
    day = _as_date(value)
    with_year = style == "long" or day.year != today().year
    if english():
        return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if with_year else "")
    return languages.day(day, _language(), with_year=with_year)


def viet_day(value: date | datetime | None) -> str:
    """The day with its name: "Chủ Nhật 9/8", "Sunday 9 Aug"."""
    if value is None:
        return ""
    names = _WEEKDAYS if english() else _THU
    return f"{names[_as_date(value).weekday()]} {viet_date(value)}"


def viet_time(value: datetime | None) -> str:
    """14:42 today; 9/8 this year; else 9/8/2025."""
    if value is None:
        return ""
    return viet_clock(value) if _as_date(value) == today() else viet_date(value)


def viet_moment(value: datetime | None) -> str:
    """Day and clock: 14:42 today; "9/8 8:50" on another day."""
    if value is None:
        return ""
    return viet_clock(value) if _as_date(value) == today() else f"{viet_date(value)} {viet_clock(value)}"


def viet_range(start: datetime | date | time | None, end: datetime | date | time | None) -> str:
    """7:30–17:00 for times and for moments of one day; 5/8–11/8 for dates; both for moments of two days.

    An open end is written with an ellipsis: "7:30–…".
    """
    if start is None and end is None:
        return ""
    one_day = isinstance(start, datetime) and isinstance(end, datetime) and _as_date(start) == _as_date(end)

    def write(value: datetime | date | time | None) -> str:
        if value is None:
            return "…"
        if isinstance(value, time) or one_day:
            return viet_clock(value)  # type: ignore[arg-type]
        return f"{viet_date(value)} {viet_clock(value)}" if isinstance(value, datetime) else viet_date(value)

    return f"{write(start)}–{write(end)}"


def viet_number(value: float | Decimal | str | None, places: int | str = "") -> str:
    """2.914 and 37,9 in Vietnamese, 2,914 and 37.9 in English. `places` fixes the decimals; "" keeps what is there.

    None becomes "Chưa có số liệu": an unknown number is never shown as 0. What is no number is returned as it is.
    """
    if value is None or value == "":
        return _("Chưa có số liệu")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite():
        return _("Chưa có số liệu")
    text = f"{number:,.{int(places)}f}" if places != "" else f"{number:,f}"
    return languages.separated(text, _language())


def minutes(value: timedelta | float | None) -> str:
    """A length in minutes (a number or a timedelta): "38 phút", "64 phút", from two hours on "2 giờ 15 phút"."""
    if value is None:
        return ""
    total = round(value.total_seconds() / 60) if isinstance(value, timedelta) else round(float(value))
    if abs(total) < 120:
        return _("%(count)s phút") % {"count": viet_number(total)}
    hours, rest = divmod(total, 60)
    whole = _("%(count)s giờ") % {"count": viet_number(hours)}
    return whole if rest == 0 else whole + " " + _("%(count)s phút") % {"count": rest}


def _parsed(number: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number or "", "VN")
    except phonenumbers.NumberParseException:
        return None


def phone(number: str | None) -> str:
    """0905 000 418 for a Vietnamese mobile number; +81 90-1234-5678 for a foreign one; else as it came."""
    parsed = _parsed(number)
    if parsed is None:
        return number or ""
    if parsed.country_code == 84:
        national = "0" + str(parsed.national_number)
        if len(national) == 10:
            return f"{national[:4]} {national[4:7]} {national[7:]}"
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if parsed.country_code == 84 else form.INTERNATIONAL)


def masked_phone(number: str | None) -> str:
    """09•• ••• 418: enough for the owner to know it, not enough to call. Less than seven digits shows none of them."""
    parsed = _parsed(number)
    if parsed is None:
        return DOT * 3 if number else ""
    national = str(parsed.national_number)
    if parsed.country_code == 84 and len(national) == 9:
        return f"0{national[0]}{DOT * 2} {DOT * 3} {national[-3:]}"
    prefix = "0" if parsed.country_code == 84 else f"+{parsed.country_code} "
    if len(national) < 7:
        return prefix + DOT * len(national)
    return f"{prefix}{DOT * (len(national) - 3)} {national[-3:]}"


def day_words(cells: Sequence[str]) -> str:
    """ "Ngày 6/14, sót 1" from day marks ("ok", "miss", "now", "" to come)."""
    day = sum(1 for c in cells if c)
    words = _("Ngày %(day)s/%(total)s") % {"day": day, "total": len(cells)}
    missed = sum(1 for c in cells if c == "miss")
    return f"{words}, " + _("sót %(count)s") % {"count": missed} if missed else words


def things_to_mend(count: int) -> str:
    """ "Còn hai chỗ cần sửa": small numbers as words."""
    words = {
        1: _("Còn một chỗ cần sửa"),
        2: _("Còn hai chỗ cần sửa"),
        3: _("Còn ba chỗ cần sửa"),
        4: _("Còn bốn chỗ cần sửa"),
        5: _("Còn năm chỗ cần sửa"),
    }
    return words.get(count) or _("Còn %(count)s chỗ cần sửa") % {"count": count}
