"""Dates as notices write them, in Viet Nam's time. Pure: the words are kept as they were sent, so no template draws
them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")
_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date, now: datetime, language: str) -> str:
    """ "9/8", in another year than now's "9/8/2025"; English "13 Aug 2026"."""
    if language == "en":
        return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"
    same_year = value.year == now.astimezone(VIET_NAM).year
    return f"{value.day}/{value.month}" if same_year else f"{value.day}/{value.month}/{value.year}"


def clock(value: datetime) -> str:
    """ "8:05", 24 hours."""
    local = value.astimezone(VIET_NAM)
    return f"{local.hour}:{local.minute:02d}"


def moment(value: datetime, language: str) -> str:
    """ "9:20 ngày 13/8/2026"; English "9:20 on 13 Aug 2026"."""
    local = value.astimezone(VIET_NAM)
    if language == "en":
        return f"{clock(value)} on {day(local.date(), value, language)}"
    return f"{clock(value)} ngày {local.day}/{local.month}/{local.year}"


def span(start: datetime, end: datetime, now: datetime, language: str) -> str:
    """ "Chủ Nhật 9/8, từ 8:12 đến 8:50"; English "Sunday 9 Aug 2026, 8:12 to 8:50"."""
    first, last = start.astimezone(VIET_NAM), end.astimezone(VIET_NAM)
    named = _WEEKDAYS_EN if language == "en" else _WEEKDAYS
    head = f"{named[first.weekday()]} {day(first.date(), now, language)}"
    until = clock(end) if first.date() == last.date() else f"{clock(end)} {day(last.date(), now, language)}"
    return f"{head}, {clock(start)} to {until}" if language == "en" else f"{head}, từ {clock(start)} đến {until}"
