"""How a person wishes to be called. Asked once, kept in a cookie of the phone; until then sentences have no subject."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from lachan.ground.platform.context import COOKIE

NAME = COOKIE.format("address")
YEAR_S = 365 * 24 * 3600
#: Cookie value → word, in the order in which they are offered. No messages to translate: English has one "you".
WORDS = {
    "ong": "ông",
    "ba": "bà",
    "co": "cô",
    "chu": "chú",
    "bac": "bác",
    "anh": "anh",
    "chi": "chị",
    "ban": "bạn",
}


def chosen(request: HttpRequest) -> str:
    """The cookie's value, or "" when not asked yet or unknown."""
    value = request.COOKIES.get(NAME, "")
    return value if value in WORDS else ""


def word(request: HttpRequest) -> str:
    """ "cô"; "" before it is known, and in English, which has "you"."""
    if (get_language() or "vi").startswith("en"):
        return ""
    return WORDS.get(chosen(request), "")


def greeting_name(name: str) -> str:
    """The given name, which is the last word of a Vietnamese name; a name of one word stays whole."""
    parts = name.split()
    return parts[-1] if parts else ""


def remember(response: HttpResponse, value: str, *, secure: bool) -> None:
    """Keep the choice for a year; an unknown value changes nothing, "" forgets it."""
    if value in WORDS:
        response.set_cookie(NAME, value, max_age=YEAR_S, samesite="Lax", secure=secure)
    elif not value:
        response.delete_cookie(NAME, samesite="Lax")
