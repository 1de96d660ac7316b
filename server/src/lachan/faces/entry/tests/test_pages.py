"""The traveller's pages without scripts: a family from the first page to the code, a correction, strangers kept out."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.register.access import ratelimit
from lachan.register.forms.models import Response
from lachan.register.forms.validate import today
from lachan.systems.entry import signed
from lachan.systems.entry.models import ActivationOrder, Declaration, Gate
from lachan.systems.entry.queries import signing_key
from lachan.systems.entry.tests.conftest import airport, order, tomorrow, traveller, trip

pytestmark = pytest.mark.django_db
__all__ = ["airport", "order"]
ZONE = "P<THAKAEWMANEE<<SOMCHAI<<<<<<<<<<<<<<<<<<<<<\nAC1234417"


def begin(client: Client, language: str = "en", **changes: str) -> Any:
    given = {"language": language, "direction": "entry", "gate": "da-nang", "day": tomorrow().isoformat()}
    return client.post("/entry/", given | changes)


def walk(client: Client, address: str, answers: dict[str, Any]) -> Any:
    """Fill in a form page by page, as its pages ask, and send its last page."""
    at = client.get(address).headers["Location"]
    for _page in range(30):
        if at.endswith("/check/"):
            return client.post(at, {"go": "send"})
        page = client.get(at)
        asked = [question.code for question in page.context.get("questions", [])]
        typed = {code: answers[code] for code in asked if code in answers}
        # What depends on an answer of the same page is asked when the page comes back.
        answer = client.post(at, {"go": "next", "on_screen": asked, **typed})
        assert answer.status_code == 302, answer.content.decode()
        at = answer.headers["Location"]
    raise AssertionError(f"no end: {at}")


def declare(client: Client, *people: dict[str, Any]) -> None:
    begin(client)
    assert walk(client, "/entry/trip/", trip(stay_commune="Hải Châu, Đà Nẵng")).headers["Location"] == "/entry/party/"
    for number, answers in enumerate(people, 1):
        if number > 1:
            assert (
                client.post("/entry/party/", {"go": "add"}).headers["Location"] == f"/entry/people/{number}/document/"
            )
        walk(client, f"/entry/people/{number}/", answers)


def test_without_an_order_the_page_says_that_nobody_is_asked(airport: Gate, client: Client) -> None:
    page = client.get("/entry/")
    assert "Hiện không yêu cầu khai y tế" in page.content.decode()
    assert begin(client).status_code == 200
    assert client.get("/entry/party/").headers["Location"] == "/entry/"


def test_a_family_declares_and_the_code_verifies(order: ActivationOrder, client: Client) -> None:
    child = traveller("NOI KAEWMANEE", "AC999", birth_date=None, birth_year=str(today().year - 6), fever="yes")
    declare(client, traveller(), child | {"onset": today().isoformat()})
    last = client.get("/entry/send/").content.decode()
    assert "may be subject to criminal" in last
    assert order.legal_basis in last
    assert client.post("/entry/send/").headers["Location"] == "/entry/code/"
    declaration = Declaration.objects.get()
    assert [t.person.name for t in declaration.travellers.order_by("number")] == ["SOMCHAI KAEWMANEE", "NOI KAEWMANEE"]
    page = client.get("/entry/code/")
    assert page.context["short"].replace("-", "") == declaration.code
    assert page.context["why"] == ["Fever"]
    from lachan.systems.entry.queries import qr_text

    verdict = signed.read(qr_text(declaration), signing_key().public_key(), timezone.now().timestamp())
    assert verdict.state == "valid"
    assert [one[1] for one in verdict.body[-1]] == ["SOMCHAI KAEWMANEE", "NOI KAEWMANEE"]
    # A second press sends nothing twice.
    assert client.post("/entry/send/").headers["Location"] == "/entry/"
    assert Declaration.objects.count() == 1


def test_the_form_speaks_korean_and_says_it_is_a_machines_translation(order: ActivationOrder, client: Client) -> None:
    begin(client, "ko")
    page = client.get("/entry/trip/vehicle/").content.decode()
    assert "교통수단" in page
    assert "기계가 번역했으며" in page
    refused = client.post("/entry/trip/vehicle/", {"go": "next", "on_screen": ["conveyance"]}).content.decode()
    assert "답을 하나 고르십시오" in refused
    assert begin(client, "zh").status_code == 422, "the order does not name Chinese"


def test_the_code_lines_fill_in_the_person_or_say_what_was_misread(order: ActivationOrder, client: Client) -> None:
    begin(client)
    first = "P<THAKAEWMANEE<<SOMCHAI<<<<<<<<<<<<<<<<<<<<<"
    second = "AC1234417<6THA8803041M3001019<<<<<<<<<<<<<<0"
    from lachan.systems.entry.mrz import check_digit

    second = "AC1234417" + check_digit("AC1234417") + "THA880304" + check_digit("880304") + "M3001019" + "<" * 14 + "0"
    second += check_digit(second[0:10] + second[13:20] + second[21:43])
    wrong = client.post("/entry/people/1/document/", {"zone": f"{first}\n{second.replace('880304', '880394')}"})
    assert wrong.status_code == 422
    assert "Line 2, characters 14 to 20" in wrong.content.decode()
    client.post("/entry/people/1/document/", {"zone": f"{first}\n{second}"})
    page = client.get("/entry/people/1/identity/").content.decode()
    assert "KAEWMANEE SOMCHAI" in page
    assert "1988-03-04" in page


def test_a_party_cannot_be_sent_half_written(order: ActivationOrder, client: Client) -> None:
    begin(client)
    assert client.get("/entry/send/").headers["Location"] == "/entry/party/"
    assert client.post("/entry/send/").headers["Location"] == "/entry/party/"
    assert client.get("/entry/people/2/").status_code == 404
    assert not Response.objects.exists()


def test_a_commune_that_fits_several_is_asked_not_guessed(order: ActivationOrder, client: Client) -> None:
    begin(client)
    assert walk(client, "/entry/trip/", trip(stay_commune="Nowhere")).headers["Location"] == "/entry/stay/"
    assert client.post("/entry/stay/", {"commune": "Nowhere"}).status_code == 422
    assert client.post("/entry/stay/", {"commune": "Hòa Xuân"}).headers["Location"] == "/entry/party/"


def test_the_short_code_and_a_birth_open_it_for_correction(order: ActivationOrder, client: Client) -> None:
    declare(client, traveller())
    client.post("/entry/send/")
    declaration = Declaration.objects.get()
    other = Client()
    assert other.get("/entry/code/").headers["Location"] == "/entry/find/"
    assert other.post("/entry/find/", {"code": declaration.code, "born": "5/3/1988"}).status_code == 422
    assert (
        other.post("/entry/find/", {"code": declaration.code, "born": "4/3/1988"}).headers["Location"] == "/entry/code/"
    )
    other.post("/entry/change/")
    asked = other.get("/entry/people/1/symptoms/").context["questions"]
    codes = [question.code for question in asked]
    well = dict.fromkeys(codes, "no")
    other.post("/entry/people/1/symptoms/", {"go": "next", "on_screen": codes, **well, "cough": "yes"})
    # Changed answers are gone through to the end again before they are sent.
    assert other.post("/entry/send/").headers["Location"] == "/entry/party/"
    walk(other, "/entry/people/1/", traveller(cough="yes", onset=today().isoformat()))
    assert other.post("/entry/send/").headers["Location"] == "/entry/code/"
    declaration.refresh_from_db()
    assert (declaration.revision, declaration.travellers.get().hits) == (2, ["breathing"])


def test_guessing_a_birth_is_slowed_however_the_code_is_spelled(order: ActivationOrder, client: Client) -> None:
    declare(client, traveller())
    client.post("/entry/send/")
    code = Declaration.objects.get().code
    dashed = "-".join((code[:4], code[4:8], code[8:]))
    spellings = (
        code,
        code.lower(),
        dashed,
        dashed.replace("-", " "),
        dashed.replace("-", "–"),
        dashed.replace("-", "."),
        "  " + code + "  ",
        ".".join(code),
        f"http://x/c/{code}",
        f"https://Y/C/{dashed}?z",
    )
    other = Client()
    for typed in spellings:
        missed = other.post("/entry/find/", {"code": typed, "born": "1950"})
        assert "Không có tờ khai nào" in missed.content.decode()
    # From another network too: the limit is the declaration's.
    for typed in (code, dashed.lower(), code.replace("0", "O").replace("1", "l")):
        refused = other.post("/entry/find/", {"code": typed, "born": "4/3/1988"}, REMOTE_ADDR="203.0.113.7")
        assert refused.status_code == 422
        words = re.search(r"Thử nhiều lần quá. Thử lại sau (\d+) phút\.", refused.content.decode())
        # Ten a day: the next in a tenth of a day, 144 minutes.
        assert words
        assert 140 <= int(words[1]) <= 144


def test_what_is_no_code_is_not_found_and_counts_for_the_network_alone(order: ActivationOrder, client: Client) -> None:
    for number in range(30):
        missed = client.post("/entry/find/", {"code": "nonsense", "born": "1950"})
        assert "Không có tờ khai nào" in missed.content.decode(), number
    refused = client.post("/entry/find/", {"code": "nonsense", "born": "1950"})
    assert "Thử nhiều lần quá. Thử lại sau 30 giây." in refused.content.decode()
    elsewhere = client.post("/entry/find/", {"code": "nonsense", "born": "1950"}, REMOTE_ADDR="203.0.113.7")
    assert "Không có tờ khai nào" in elsewhere.content.decode()


def test_opening_again_leaves_a_trace_and_a_new_session(order: ActivationOrder, client: Client) -> None:
    declare(client, traveller())
    client.post("/entry/send/")
    declaration = Declaration.objects.get()
    other = Client()
    begin(other)
    before = other.cookies[settings.SESSION_COOKIE_NAME].value
    other.post("/entry/find/", {"code": declaration.code, "born": "1950"})
    missed = AuditEvent.objects.get(action="entry.declaration.miss")
    assert (missed.subject_id, missed.object_id) == (None, str(declaration.pk))
    other.post("/entry/find/", {"code": declaration.code, "born": "4/3/1988"})
    opened = AuditEvent.objects.get(action="entry.declaration.open")
    assert (opened.subject_id, opened.object_id) == (declaration.travellers.get().person_id, str(declaration.pk))
    assert other.cookies[settings.SESSION_COOKIE_NAME].value != before
    stale = Client()
    stale.cookies[settings.SESSION_COOKIE_NAME] = before
    assert stale.get("/entry/code/").headers["Location"] == "/entry/find/", "who knew the earlier session sees nothing"


def test_a_shared_computer_is_left_with_nothing(order: ActivationOrder, client: Client) -> None:
    declare(client, traveller())
    client.post("/entry/send/")
    assert 'action="/entry/close/"' in client.get("/entry/code/").content.decode()
    client.post("/entry/change/")
    assert client.get("/entry/close/").status_code == 405
    closed = client.post("/entry/close/", follow=True)
    assert closed.redirect_chain == [("/entry/", 302)]
    assert "This browser no longer holds the declaration." in closed.content.decode()
    assert client.get("/entry/code/").headers["Location"] == "/entry/find/"
    assert client.get("/entry/party/").headers["Location"] == "/entry/"
    assert Declaration.objects.count() == 1


def test_a_correction_of_an_erased_declaration_is_refused_in_words(order: ActivationOrder, client: Client) -> None:
    declare(client, traveller())
    client.post("/entry/send/")
    client.post("/entry/change/")
    Declaration.objects.all().delete()
    refused = client.post("/entry/send/")
    assert refused.status_code == 422
    assert "This declaration has been erased from the server" in refused.content.decode()
    begin(client)
    assert "You are changing a declaration" not in client.get("/entry/party/").content.decode()


def test_sending_is_slowed_in_minutes_not_in_hundreds_of_seconds(
    order: ActivationOrder, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(client, traveller())
    monkeypatch.setattr(ratelimit, "take", lambda _limit, _value: 200)
    refused = client.post("/entry/send/")
    assert refused.status_code == 422
    assert "Send again in 4 minutes; your answers are kept." in refused.content.decode()


@pytest.mark.parametrize(
    "changes", [{"day": "13/8/2019"}, {"day": "soon"}, {"gate": "nowhere"}, {"direction": "exit"}, {"language": "xx"}]
)
def test_a_wrong_beginning_is_said_at_its_field(
    order: ActivationOrder, client: Client, changes: dict[str, str]
) -> None:
    assert begin(client, **changes).status_code == 422
