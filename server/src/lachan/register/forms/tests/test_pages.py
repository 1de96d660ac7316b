"""The pages of a form without JavaScript: forward, back, later, mended, checked, sent once."""

from datetime import date
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore as Session
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from django.utils import timezone

from lachan.register.forms import actions
from lachan.register.forms.flow import State, Walk
from lachan.register.forms.models import Draft, FormVersion, Response
from lachan.register.forms.pages import FormFlow
from lachan.register.forms.stores import DraftStore, SessionStore, Store
from lachan.register.forms.tests.worlds import form, yes_no
from lachan.register.forms.validate import Result
from lachan.serve.urls import urlpatterns as product
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db
ERASE = date(2027, 1, 1)


class Health(FormFlow):
    """A room's own flow, as short as one can be: the check-in question kept for the signed-in person."""

    send_label = "Gửi thử"

    def store(self) -> Store:
        version = FormVersion.objects.get(form_id="checkin-health")
        return DraftStore(self.request.user, "tests", version, self.request.user.person)  # type: ignore[arg-type]

    def told(self) -> str:
        return "Gửi tới Trạm Y tế phường Hải Châu."

    def finish(self, walk: Walk, result: Result) -> HttpResponse:
        actions.record_response(
            version=self.kept.version,
            person=self.request.user.person,  # type: ignore[union-attr]
            answers=walk.state.answers,
            by=self.request.user,  # type: ignore[arg-type]
            answered_at=timezone.now(),
            erase_at=ERASE,
            key=walk.state.key,  # type: ignore[arg-type]
        )
        return HttpResponse("sent")


class ForBaby(Health):
    for_another = True


urlpatterns = [
    *product,
    path("tests/", Health.as_view(), name="tests"),
    path("tests/<slug:page>/", Health.as_view(), name="tests"),
    path("baby/", ForBaby.as_view(), name="baby"),
    path("baby/<slug:page>/", ForBaby.as_view(), name="baby"),
    path("unused/", include([])),
]


@pytest.fixture
def citizen(client: Client, hanh: Any) -> Any:
    actions.load_forms()
    sign_in(client, hanh)
    with override_settings(ROOT_URLCONF=__name__):
        yield client


def post(client: Client, page: str, **fields: Any) -> Any:
    return client.post(f"/tests/{page}/", {"on_screen": [page], **fields})


def test_a_healthy_person_walks_two_pages_and_sends_once(citizen: Client, hanh: Any) -> None:
    assert citizen.get("/tests/").headers["Location"] == "/tests/symptoms/"
    assert "Câu 1 trên 2" in citizen.get("/tests/symptoms/").content.decode()
    assert post(citizen, "symptoms", symptoms="none").headers["Location"] == "/tests/contact/"
    assert post(citizen, "contact", contact="unknown").headers["Location"] == "/tests/check/"
    check = citizen.get("/tests/check/").content.decode()
    assert "Không có dấu hiệu nào" in check
    assert "Không rõ" in check
    assert "Gửi tới Trạm Y tế phường Hải Châu." in check
    assert citizen.post("/tests/check/").content == b"sent"
    response = Response.objects.get()
    assert response.answers == {"symptoms": ["none"], "contact": "unknown"}
    assert response.person == hanh.person
    assert not Draft.objects.exists()


def test_pressing_the_last_button_twice_sends_once_and_says_so(citizen: Client) -> None:
    post(citizen, "symptoms", symptoms="none")
    post(citizen, "contact", contact="no")
    key = citizen.get("/tests/check/").content.decode().split('name="key" value="')[1].split('"')[0]
    assert citizen.post("/tests/check/", {"key": key}).content == b"sent"
    again = citizen.post("/tests/check/", {"key": key})
    assert (again.status_code, again.headers["Location"]) == (302, "/app/")
    assert str(Response.objects.get().key) == key


def test_a_symptom_adds_a_page_and_taking_it_back_removes_it(citizen: Client) -> None:
    assert post(citizen, "symptoms", symptoms=["fever", "cough"]).headers["Location"] == "/tests/since/"
    assert "Câu 2 trên 3" in citizen.get("/tests/since/").content.decode()
    assert post(citizen, "since", go="skip", since="2026-01-01").headers["Location"] == "/tests/contact/"
    post(citizen, "contact", contact="no")
    check = citizen.get("/tests/check/").content.decode()
    assert "Sốt hoặc ớn lạnh, ho" in check
    assert "Chưa trả lời" in check
    assert post(citizen, "symptoms", symptoms="none").headers["Location"] == "/tests/check/"
    assert "Chưa trả lời" not in citizen.get("/tests/check/").content.decode()


def test_what_must_be_mended_is_said_first_with_the_place_and_kept(citizen: Client) -> None:
    response = post(citizen, "symptoms")
    page = response.content.decode()
    assert response.status_code == 422
    assert "Còn một chỗ cần sửa" in page
    assert 'href="#q_symptoms"' in page
    assert 'id="q_symptoms"' in page
    assert "<title>Lỗi:" in page
    post(citizen, "symptoms", symptoms="fever")
    response = post(citizen, "since", since="31/2/2026")
    assert response.status_code == 422
    assert 'value="31/2/2026"' in response.content.decode()
    assert "Ô đang ghi 31/2/2026" in citizen.get("/tests/since/").content.decode()


def test_back_and_later_keep_what_was_typed(citizen: Client) -> None:
    post(citizen, "symptoms", symptoms="fever")
    assert post(citizen, "since", since="rằm", go="back").headers["Location"] == "/tests/symptoms/"
    assert "rằm" in citizen.get("/tests/since/").content.decode()
    assert post(citizen, "since", since="rằm tháng 7", go="later").headers["Location"] == "/app/"
    assert citizen.get("/tests/").headers["Location"] == "/tests/since/"
    assert "rằm tháng 7" in citizen.get("/tests/since/").content.decode()


def test_sending_with_gaps_is_refused_with_links_to_the_pages(citizen: Client) -> None:
    post(citizen, "symptoms", symptoms="fever")
    response = citizen.post("/tests/check/")
    assert response.status_code == 422
    assert 'href="/tests/contact/"' in response.content.decode()
    assert not Response.objects.exists()


def test_for_another_not_asked_is_offered_and_stored_as_nothing(citizen: Client) -> None:
    assert "Chưa hỏi được" in citizen.get("/baby/symptoms/").content.decode()
    assert "Chưa hỏi được" not in citizen.get("/tests/symptoms/").content.decode()
    citizen.post("/baby/symptoms/", {"on_screen": "symptoms", "symptoms": "not_asked"})
    citizen.post("/baby/contact/", {"on_screen": "contact", "contact": "no"})
    assert "Chưa hỏi được" in citizen.get("/baby/check/").content.decode()


def test_a_page_that_is_not_shown_leads_to_where_one_was(citizen: Client) -> None:
    assert citizen.get("/tests/since/").headers["Location"] == "/tests/symptoms/"
    assert citizen.get("/tests/nowhere/").headers["Location"] == "/tests/symptoms/"
    assert citizen.post("/tests/nowhere/", {"go": "next"}).headers["Location"] == "/tests/symptoms/"


def test_a_draft_keeps_the_version_it_was_begun_under(hanh: Any) -> None:
    first = actions.publish(version=actions.create_draft(document=_document("a")))
    DraftStore(hanh, "x", first, None).save(State({"a": "yes"}))
    second = actions.publish(version=actions.create_draft(document=_document("b")))
    assert DraftStore(hanh, "x", second, None).version == first
    session = Session()
    store = SessionStore(session, "x", first)
    store.save(store.load())
    assert SessionStore(session, "x", second).version == first
    store.clear()
    assert SessionStore(session, "x", second).version == second


def _document(question: str) -> Any:
    from lachan.register.forms.document import plain

    return plain(form(yes_no(question)))


def test_an_officer_previews_every_version_and_nothing_is_kept(client: Client, commune_officer: Any) -> None:
    actions.load_forms()
    sign_in(client, commune_officer)
    assert "Sức khỏe trước khi vào" in client.get("/forms/").content.decode()
    assert client.get("/forms/facility-tasks/preview/").headers["Location"] == "/forms/facility-tasks/1/preview/"
    page, visited = client.get("/forms/facility-tasks/1/preview/").headers["Location"], []
    while not page.endswith("/check/"):
        visited.append(page)
        text = client.get(page).content.decode()
        codes = [part.split('"')[0] for part in text.split('name="on_screen" value="')[1:]]
        page = client.post(page, {"on_screen": codes, **_answers(codes)}).headers.get("Location", page)
    assert len(visited) == 4, "three pages of tasks, and the reason for the one not done"
    assert "Có gì đó" in client.get(page).content.decode()
    done = client.post(page).content.decode()
    assert "Không có gì được lưu" in done
    assert "open_tasks" in done
    assert not Response.objects.exists()
    assert not Draft.objects.exists()
    assert client.get("/forms/no-such/preview/").status_code == 404


def _answers(codes: list[str]) -> dict[str, str]:
    special = {"air": "not_done", "fever_count": "0", "reason": "Có gì đó"}
    return {code: special.get(code, "done") for code in codes}


def test_forms_are_for_officers_only(client: Client, hanh: Any) -> None:
    assert client.get("/forms/").status_code == 302
    sign_in(client, hanh)
    assert client.get("/forms/").status_code == 403
