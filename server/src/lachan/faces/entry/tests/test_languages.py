"""Eleven languages: no word of the traveller's pages, of the form or of its validator falls back to another."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.utils import translation
from django.utils.translation.trans_real import DjangoTranslation

from lachan.faces.entry.tests.test_pages import begin, walk
from lachan.register.access import ratelimit
from lachan.register.forms import actions as forms
from lachan.register.forms import wording
from lachan.register.forms.document import LANGUAGES, Document, plain, read
from lachan.register.forms.validate import today, validate
from lachan.systems.entry import rules
from lachan.systems.entry.models import ActivationOrder, Declaration
from lachan.systems.entry.tests.conftest import airport, make_order, traveller, trip

pytestmark = pytest.mark.django_db
__all__ = ["airport"]
CATALOGUES = Path(__file__).parents[1] / "locale"
# What a page may ask for in any language: it is written alike in all of them, or nobody reads it.
MADE = [code for code in LANGUAGES if code not in ("vi", "en")]
GOOD = "P<THAKAEWMANEE<<SOMCHAI<<<<<<<<<<<<<<<<<<<<<\nAC12344177THA8803040M3001019<<<<<<<<<<<<<<04"


def newest(code: str) -> Document:
    """The newest version of a form that the product ships."""
    number = max(int(path.stem) for path in (forms.DATA / code).glob("*.json"))
    text = (forms.DATA / code / f"{number}.json").read_bytes()
    return read(plain(msgspec.json.decode(text, type=forms.Shipped).document))


def texts(part: Any, where: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text of a document, with its place."""
    if isinstance(part, dict) and isinstance(part.get("vi"), str):
        yield where, part
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from texts(value, f"{where}/{part.get('code', '')}{key}")
    elif isinstance(part, list | tuple):
        for index, value in enumerate(part):
            yield from texts(value, f"{where}/{index}")


@pytest.mark.parametrize("form", ["entry", "entry-trip"])
def test_every_text_of_the_entry_forms_is_in_eleven_languages(form: str) -> None:
    document = newest(form)
    assert set(document.languages) == set(LANGUAGES)
    found = list(texts(plain(document)))
    assert len(found) > 20
    for where, text in found:
        empty = [code for code in LANGUAGES if not text.get(code, "").strip()]
        assert not empty, f"{where}: no words in {empty}"
        sign = "{look_back_days}"
        assert len({sign in text[code] for code in LANGUAGES}) == 1, f"{where}: the window is said in some only"


def test_the_rules_say_why_in_eleven_languages() -> None:
    for rule in rules.shipped():
        assert set(rule["why"]) == set(LANGUAGES), rule["code"]


def test_the_validator_speaks_eleven_languages() -> None:
    for key, text in wording.WORDS.items():
        assert set(text) == set(LANGUAGES), key
        holes = {code: sorted(set(re.findall(r"\{\w+\}", words))) for code, words in text.items()}
        assert all(found == holes["vi"] for found in holes.values()), (key, holes)
    assert all(set(said) == {"yes", "no", "unknown", "not_asked"} for said in wording.ANSWERS.values())
    assert set(wording.ANSWERS) == set(LANGUAGES)


@pytest.mark.parametrize("language", MADE)
def test_a_catalogue_is_whole_and_keeps_its_placeholders(language: str) -> None:
    catalogues = {}
    for code in (language, "ko"):
        with (CATALOGUES / code / "LC_MESSAGES" / "django.po").open("rb") as stream:
            catalogues[code] = read_po(stream, locale=code)
    ids = [{message.id for message in catalogue if message.id} for catalogue in catalogues.values()]
    assert len({frozenset(one) for one in ids}) == 1, "the catalogues hold the same messages"
    for message in catalogues[language]:
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(words), message.id
        assert not message.fuzzy
        assert not list(message.check(catalogues[language])), message.id
        if message.id and isinstance(message.id, str):
            signs = [sign for sign in ("$line", "$first", "$last", "$found") if sign in message.id]
            assert all(sign in words[0] for sign in signs), message.id


def test_until_a_speaker_has_read_it_every_made_language_says_so() -> None:
    assert [code for code in LANGUAGES if wording.unreviewed(code)] == MADE


@pytest.fixture
def missed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What was asked of the catalogue of another language than the page's, that is, what fell back to Vietnamese."""
    found: set[str] = set()

    def spy(name: str) -> None:
        real = getattr(DjangoTranslation, name)

        def asked(self: DjangoTranslation, message: str, *rest: Any) -> Any:
            if self.language() == "vi" and translation.get_language() not in (None, "vi"):
                found.add(message)
            return real(self, message, *rest)

        monkeypatch.setattr(DjangoTranslation, name, asked)

    spy("gettext")
    spy("ngettext")
    return found


@pytest.fixture
def order(airport: Any) -> ActivationOrder:
    return make_order(languages=list(LANGUAGES))


ZONES = ["hello", GOOD[:-1], GOOD.replace("<<<<0", "<<!<0"), GOOD.replace("880304", "88O304")]
ZONES += [GOOD.replace("8803040", "8813040"), GOOD.replace("AC12344177", "AC12344187"), GOOD]


@pytest.mark.parametrize("language", MADE)
def test_no_page_of_the_story_falls_back(
    order: ActivationOrder, client: Client, language: str, missed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[str] = []

    def look(response: Any) -> Any:
        if response.status_code in (200, 422):
            pages.append(response.content.decode())
        return response

    client.post("/entry/language/", {"language": language, "next": "/entry/find/"})
    look(client.get("/entry/"))
    look(begin(client, language, day="soon", gate="nowhere"))
    look(begin(client, language, day="13/8/2019"))
    begin(client, language)
    look(client.get("/entry/party/"))
    for page in ("vehicle", "departure", "legs", "stay"):
        look(client.get(f"/entry/trip/{page}/"))
        look(client.post(f"/entry/trip/{page}/", {"go": "next", "on_screen": ["conveyance", "stay_commune", "phone"]}))
    client.post("/entry/trip/legs/", {"go": "add"})
    look(client.get("/entry/trip/legs-0/"))
    look(client.post("/entry/trip/legs-0/", {"go": "next", "on_screen": ["leg_from"], "leg_from": "soon"}))
    look(client.get("/entry/trip/legs/"))
    client.post("/entry/trip/legs/", {"go": "drop-0"})
    look(client.get("/entry/people/1/document/"))
    for zone in ZONES:
        look(client.post("/entry/people/1/document/", {"zone": zone}))
    look(client.get("/entry/people/1/identity/"))
    for sent in ({"birth_date": "31/2/1990"}, {"birth_year": "soon"}, {"birth_year": "1"}, {}):
        asked = ["name", "birth_date", "birth_year", "sex"]
        look(client.post("/entry/people/1/identity/", {"go": "next", "on_screen": asked, **sent}))
    look(client.post("/entry/people/1/identity/", {"go": "later"}, follow=True))
    # Pages gone through once are not asked again, so the declaration itself begins anew.
    client.post("/entry/close/")
    client.post("/entry/language/", {"language": language})
    begin(client, language)
    assert walk(client, "/entry/trip/", trip(stay_commune="Nowhere")).headers["Location"] == "/entry/stay/"
    look(client.get("/entry/stay/"))
    look(client.post("/entry/stay/", {"commune": "Nowhere at all"}))
    client.post("/entry/stay/", {"commune": "Hòa Xuân"})
    ill = {
        "fever": "yes",
        "cough": "unknown",
        "onset": today().isoformat(),
        "patient": "yes",
        "test_result": "positive",
    }
    walk(client, "/entry/people/1/", traveller(**ill, test_day=today().isoformat()))
    look(client.get("/entry/people/1/check/"))
    client.post("/entry/party/", {"go": "add"})
    look(client.get("/entry/party/"))
    walk(client, "/entry/people/2/", traveller())
    look(client.get("/entry/send/"))
    look(client.post("/entry/send/"))
    look(client.post("/entry/party/", {"go": "drop-2"}, follow=True))
    with monkeypatch.context() as slowed:
        slowed.setattr(ratelimit, "take", lambda _limit, _value: 45)
        look(client.post("/entry/send/"))
        look(client.post("/entry/find/", {"code": "4T7K-M2PX-9AQD", "born": "1988"}))
    assert client.post("/entry/send/").headers["Location"] == "/entry/code/"
    look(client.get("/entry/code/"))
    look(client.get("/entry/"))
    client.post("/entry/change/")
    look(client.get("/entry/party/"))
    look(client.get("/entry/send/"))
    Declaration.objects.all().delete()
    look(client.post("/entry/send/"))
    look(client.post("/entry/find/", {"code": "", "born": "soon"}))
    look(client.post("/entry/find/", {"code": "4T7K-M2PX-9AQD", "born": "1988"}))
    look(client.post("/entry/close/", follow=True))
    ActivationOrder.objects.all().delete()
    look(client.get("/entry/"))
    assert len(pages) > 40
    assert not missed
    assert all(f'<html lang="{language}"' in page for page in pages)
    unmarked = [page for page in pages if 'class="notice info"' not in page]
    assert not unmarked, "every page of a machine's words says so"


@pytest.mark.parametrize("language", MADE)
def test_the_forms_errors_are_in_the_traveller_s_language(language: str) -> None:
    document = newest("entry")
    found = validate(document, {"name": "x" * 200, "birth_year": 1, "test_day": "soon"}, on=today())
    assert not found.ok
    for problem in found.errors:
        assert problem.message[language] != problem.message["en"], problem


def test_a_year_is_not_grouped() -> None:
    found = validate(newest("entry"), {"birth_year": 1}, on=today())
    said = next(problem.message for problem in found.errors if problem.question == "birth_year")
    assert "1900" in said["vi"]
    assert "2100" in said["en"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("ko-KR,ko;q=0.9,en;q=0.5", "ko"), ("de-DE,fr;q=0.8", "fr"), ("de", "vi"), ("", "vi"), ("en-GB", "en")],
)
def test_the_first_page_is_in_the_browsers_language(
    order: ActivationOrder, client: Client, accepted: str, language: str
) -> None:
    page = client.get("/entry/", headers={"accept-language": accepted} if accepted else {})
    assert page.headers["Content-Language"] == language


def test_another_language_goes_on_with_the_same_answers(order: ActivationOrder, client: Client) -> None:
    begin(client, "ko")
    client.post("/entry/trip/vehicle/", {"go": "next", "on_screen": ["conveyance"], "conveyance": "air"})
    answer = client.post("/entry/language/", {"language": "ru", "next": "/entry/trip/vehicle/"})
    assert answer.headers["Location"] == "/entry/trip/vehicle/"
    page = client.get("/entry/trip/vehicle/")
    assert 'value="air" id="q_conveyance" checked' in page.content.decode()
    assert "Самолёт" in page.content.decode()
    for target in ("https://elsewhere.example/", "//elsewhere.example", ""):
        away = client.post("/entry/language/", {"language": "xx", "next": target})
        assert away.headers["Location"] == "/entry/"
    assert client.get("/entry/").headers["Content-Language"] == "ru"
