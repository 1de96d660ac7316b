"""The Ministry's pages: a form comes in as a draft, is compared, published with a date, retired; nobody else may."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.register.forms import actions, queries
from lachan.register.forms.compare import compare
from lachan.register.forms.document import plain
from lachan.register.forms.models import FormVersion
from lachan.register.forms.tests.worlds import daily, form, is_yes, text, yes_no
from lachan.register.forms.validate import today
from lachan.register.forms.xlsform import write_xlsform
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ministry(client: Client, minister: Any) -> Client:
    sign_in(client, minister)
    return client


def send(client: Client, data: bytes, name: str = "form.xlsx") -> Any:
    return client.post("/forms/upload/", {"file": SimpleUploadedFile(name, data)})


def test_a_form_comes_in_is_compared_published_and_retired(ministry: Client) -> None:
    assert send(ministry, write_xlsform(daily())).headers["Location"] == "/forms/sample/1/preview/"
    page = ministry.get("/forms/").content.decode()
    assert "/forms/sample/1/publish/" in page
    assert ministry.post("/forms/sample/1/publish/", {"day": ""}).headers["Location"] == "/forms/"
    assert queries.in_force("sample") is not None
    changed = form(yes_no("well", required=True, label=text("How are you")), yes_no("smell"))
    assert send(ministry, write_xlsform(changed)).headers["Location"] == "/forms/sample/compare/1/2/"
    page = ministry.get("/forms/sample/compare/1/2/").content.decode()
    assert "<del>well vi</del>" in page
    assert "<ins>How are you vi</ins>" in page
    assert "smell vi" in page
    assert "bỏ 9" in page, "the other questions and the group are gone"
    soon = (today() + timedelta(days=3)).isoformat()
    assert ministry.post("/forms/sample/2/publish/", {"day": soon}).status_code == 302
    second = FormVersion.objects.get(number=2)
    assert second.status() == FormVersion.Status.WAITING
    assert FormVersion.objects.get(number=1).valid_until == second.valid_from
    assert ministry.get("/forms/sample/2/retire/").status_code == 200
    assert (
        ministry.post("/forms/sample/2/retire/", {"day": (today() + timedelta(days=9)).isoformat()}).status_code == 302
    )
    seen = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    wanted = ["draft", "publish", "draft", "retire", "publish", "retire"]
    assert [a for a in seen if a.startswith("forms.")] == [f"forms.version.{a}" for a in wanted]


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"x", "photo.png", ".xlsx"),
        (b"{", "x.json", "hỏng"),
        (b'{"resourceType": "Patient"}', "x.json", "Questionnaire"),
        (b'"survey",,\n,"type","name","label"\n,"geopoint","where","Where"\n', "x.csv", "“where”"),
        (b"0" * (5 * 1024 * 1024 + 1), "x.xlsx", "5 MB"),
    ],
)
def test_a_file_that_cannot_come_in_is_explained_on_the_page(
    ministry: Client, data: bytes, name: str, words: str
) -> None:
    response = send(ministry, data, name)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert ministry.post("/forms/upload/").status_code == 422
    assert not FormVersion.objects.exists()


@pytest.mark.parametrize("day", ["2020-01-01", "rằm", "13/13/2026"])
def test_a_day_that_cannot_be_is_said_and_nothing_is_published(ministry: Client, day: str) -> None:
    actions.publish(version=actions.create_draft(document=plain(daily())), valid_from=timezone.now())
    draft = actions.create_draft(document=plain(daily()))
    response = ministry.post(f"/forms/sample/{draft.number}/publish/", {"day": day})
    assert response.status_code == 422
    assert 'href="#day"' in response.content.decode()
    draft.refresh_from_db()
    assert draft.published_at is None


def test_a_reviewed_translation_loses_its_mark_in_a_new_draft(ministry: Client) -> None:
    document = form(yes_no("a"), languages=["vi", "en", "ko"], machine_translated=["ko", "en"])
    actions.publish(version=actions.create_draft(document=plain(document)))
    assert "한국어" in ministry.get("/forms/").content.decode()
    assert "Bản dịch máy" not in ministry.get("/forms/sample/1/preview/a/").content.decode()
    ministry.cookies["lachan_language"] = "en"
    assert "machine" in ministry.get("/forms/sample/1/preview/a/").content.decode().lower()
    response = ministry.post("/forms/sample/1/reviewed/", {"language": "ko"})
    assert response.headers["Location"] == "/forms/sample/2/publish/"
    assert FormVersion.objects.get(number=2).content.machine_translated == ("en",)
    assert ministry.post("/forms/sample/2/reviewed/", {"language": "lo"}).status_code == 302
    assert FormVersion.objects.count() == 2


def test_only_the_ministry_keeps_forms_and_every_officer_may_compare(client: Client, province_officer: Any) -> None:
    actions.create_draft(document=plain(daily()))
    actions.create_draft(document=plain(daily()))
    sign_in(client, province_officer)
    for page in ("upload/", "sample/1/publish/", "sample/1/retire/"):
        assert client.get(f"/forms/{page}").status_code == 403
        assert client.post(f"/forms/{page}").status_code == 403
    assert "Hai bản giống nhau" in client.get("/forms/sample/compare/1/2/").content.decode()
    assert "upload" not in client.get("/forms/").content.decode()


def test_the_files_of_a_version(client: Client, province_officer: Any) -> None:
    actions.create_draft(document=plain(daily()))
    sign_in(client, province_officer)
    assert client.get("/forms/sample/1/file/xlsform/").content[:2] == b"PK"
    assert client.get("/forms/sample/1/file/schema/").json()["$id"] == "urn:lachan:form:sample:1"
    assert client.get("/forms/sample/1/file/fhir/").json()["resourceType"] == "Questionnaire"
    assert client.get("/forms/sample/1/file/nothing/").status_code == 404


def test_comparing_tells_every_kind_of_change() -> None:
    before = form(yes_no("a"), yes_no("b"), yes_no("c"), yes_no("gone"))
    after = form(
        yes_no("a"), yes_no("c", required=True), yes_no("b", show_if=is_yes("a")), yes_no("new"), title=text("New")
    )
    found = {(change.kind, change.code): change.rows for change in compare(before, after, "vi")}
    assert found[("changed", "")] == [("title.vi", "Sample vi", "New vi"), ("title.en", "Sample en", "New en")]
    assert found[("changed", "c")] == [("required", "false", "true")]
    assert found[("changed", "b")][0][0] == "show_if"
    assert {key for key in found if key[0] in {"added", "removed"}} == {("added", "new"), ("removed", "gone")}
    moved = compare(form(yes_no("a"), yes_no("b")), form(yes_no("b"), yes_no("a")), "vi")
    assert {change.kind for change in moved} == {"moved"}
    assert compare(before, before, "vi") == []
