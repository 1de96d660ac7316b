"""What every page knows: the person's choices of look, the language, the build, and the officer's bar."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

#: The choices of look a person may make, kept in a cookie each; "" follows the device.
LOOKS: dict[str, frozenset[str]] = {
    "theme": frozenset({"", "light", "dark"}),
    "contrast": frozenset({"", "more"}),
    "size": frozenset({"", "big"}),
}
COOKIE = "lachan_{}"


@dataclass(frozen=True)
class NavItem:
    """One section in the officer's top bar. `url` is also the prefix that makes it current."""

    label: str
    url: str


@dataclass(frozen=True)
class DeskBar:
    """The officer's top bar: sections, who is signed in, and over which area."""

    nav: Sequence[NavItem] = field(default_factory=tuple)
    name: str = ""
    scope: str = ""
    search_url: str = ""


_desk_bar: list[Callable[[HttpRequest], DeskBar]] = []


def provide_desk_bar(provider: Callable[[HttpRequest], DeskBar]) -> None:
    """The desk face says, when it starts, how to fill the officer's bar; rooms below it then need not know the desk.

    The last provider wins. It is asked only when a page draws the bar.
    """
    _desk_bar[:] = [provider]


def look(request: HttpRequest) -> dict[str, str]:
    """The person's choices from the cookies; an unknown value counts as no choice."""
    chosen = {name: request.COOKIES.get(COOKIE.format(name), "") for name in LOOKS}
    return {name: value if value in LOOKS[name] else "" for name, value in chosen.items()}


def build_id() -> str:
    """The id of the static files this server serves: settings.BUILD, or "" where none is set."""
    return str(getattr(settings, "BUILD", ""))


def face(request: HttpRequest) -> dict[str, object]:
    """Context processor: `face` (look, language, build, demo) and the officer's bar (`desk_nav`, `desk_name`, …)."""
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    other = "vi" if language == "en" else "en"
    bar = SimpleLazyObject(lambda: _desk_bar[0](request) if _desk_bar else DeskBar())
    return {
        "face": {
            **look(request),
            "language": language,
            "other_language": other,
            "other_language_name": dict(settings.LANGUAGES)[other],
            # a page answered to a POST may not exist for GET: go back to its address without the query
            "return_to": request.get_full_path() if request.method == "GET" else request.path,
            "build": build_id(),
            "demo": bool(getattr(settings, "DEMO", False)),
        },
        "desk_nav": SimpleLazyObject(lambda: list(bar.nav)),
        "desk_name": SimpleLazyObject(lambda: bar.name),
        "desk_scope": SimpleLazyObject(lambda: bar.scope),
        "desk_search_url": SimpleLazyObject(lambda: bar.search_url),
    }
