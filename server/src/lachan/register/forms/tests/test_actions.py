"""Versions of a form over time, what the database refuses, answers kept under their version."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.register.forms import actions, queries
from lachan.register.forms.document import DocumentError, plain
from lachan.register.forms.models import FormVersion, Response
from lachan.register.forms.tests.worlds import form, yes_no
from lachan.register.people.holdings import all_holdings
from lachan.register.people.models import Person

pytestmark = pytest.mark.django_db
ERASE = date(2027, 1, 1)


def document(*questions: str, **rest: Any) -> Any:
    return plain(form(*(yes_no(q, **rest) for q in questions)))


def published(*questions: str, **rest: Any) -> FormVersion:
    return actions.publish(version=actions.create_draft(document=document(*questions, **rest)))


@pytest.fixture
def person() -> Person:
    return Person.objects.create(name="Lê Thị Sáu", erase_at=ERASE)


def test_a_draft_is_edited_then_published_and_then_stays() -> None:
    draft = actions.create_draft(document=document("fever"))
    assert queries.in_force("sample") is None
    draft = actions.edit_draft(version=draft, document=document("fever", "cough"))
    version = actions.publish(version=draft)
    assert queries.in_force("sample") == version
    with pytest.raises(actions.FormError, match="không sửa được"):
        actions.edit_draft(version=version, document=document("fever"))
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "forms.version.draft",
        "forms.version.edit",
        "forms.version.publish",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE forms_formversion SET document = '{}'",
        "UPDATE forms_formversion SET number = 9",
        "UPDATE forms_formversion SET published_at = NULL, valid_from = NULL, valid_until = NULL",
        "UPDATE forms_formversion SET valid_from = valid_from - interval '1 day'",
        "DELETE FROM forms_formversion",
    ],
)
def test_the_database_refuses_to_change_a_published_version(statement: str) -> None:
    version = published("fever")
    refused = pytest.raises(IntegrityError, match=f"form version {version.pk} refused")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert FormVersion.objects.get() == version


def test_an_end_that_has_passed_cannot_be_moved() -> None:
    version = published("fever")
    FormVersion.objects.update(valid_until=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        FormVersion.objects.filter(pk=version.pk).update(valid_until=None)


def test_a_draft_may_be_deleted() -> None:
    actions.create_draft(document=document("fever")).delete()
    assert not FormVersion.objects.exists()


def test_the_next_version_takes_the_place_of_the_one_before_at_one_moment() -> None:
    first = published("fever")
    tomorrow = timezone.now() + timedelta(days=1)
    second = actions.publish(version=actions.create_draft(document=document("fever", "cough")), valid_from=tomorrow)
    first.refresh_from_db()
    assert (second.number, first.valid_until) == (2, tomorrow)
    assert queries.in_force("sample", tomorrow - timedelta(microseconds=1)) == first
    assert queries.in_force("sample", tomorrow) == second
    assert (first.status(), second.status()) == (FormVersion.Status.IN_FORCE, FormVersion.Status.WAITING)
    assert first.status(tomorrow) == FormVersion.Status.RETIRED


def test_a_later_version_cannot_begin_in_the_past_or_before_the_last() -> None:
    published("fever")
    draft = actions.create_draft(document=document("cough"))
    with pytest.raises(actions.FormError, match="từ bây giờ"):
        actions.publish(version=draft, valid_from=timezone.now() - timedelta(hours=1))
    actions.publish(version=draft, valid_from=timezone.now() + timedelta(days=3))
    third = actions.create_draft(document=document("breath"))
    with pytest.raises(actions.FormError, match="sau ngày bắt đầu của bản 2"):
        actions.publish(version=third, valid_from=timezone.now() + timedelta(days=2))
    with pytest.raises(actions.FormError, match="đã công bố"):
        actions.publish(version=draft)


def test_a_version_is_retired_with_nothing_in_its_place() -> None:
    version = actions.retire(version=published("fever"))
    assert queries.in_force("sample") is None
    assert version.status() == FormVersion.Status.RETIRED
    with pytest.raises(actions.FormError, match="đã có ngày"):
        actions.retire(version=version)
    with pytest.raises(actions.FormError, match="Bản nháp"):
        actions.retire(version=actions.create_draft(document=document("fever")))


def test_a_document_that_cannot_work_is_not_stored() -> None:
    with pytest.raises(DocumentError):
        actions.create_draft(document={"code": "sample"})
    assert not FormVersion.objects.exists()


def test_answers_are_kept_under_their_version_once(person: Person) -> None:
    version = published("fever", "cough")
    given: dict[str, Any] = {
        "version": version,
        "person": person,
        "answers": {"fever": "no"},
        "by": None,
        "answered_at": timezone.now(),
        "erase_at": ERASE,
        "key": uuid4(),
    }
    response = actions.record_response(**given)
    assert response.answers == {"fever": "no"}, "cough was not asked, which is not no"
    assert actions.record_response(**given) == response
    with pytest.raises(actions.FormError, match="đã dùng"):
        actions.record_response(**{**given, "answers": {"fever": "yes"}})
    assert AuditEvent.objects.filter(action="forms.response.record", subject_id=person.pk).count() == 1
    assert "no" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_answers_given_offline_under_an_older_version_are_taken(person: Person) -> None:
    first = published("fever")
    answered_at = timezone.now()
    actions.publish(version=actions.create_draft(document=document("cough", required=True)))
    response = actions.record_response(
        version=first, person=person, answers={"fever": "yes"}, by=None, answered_at=answered_at, erase_at=ERASE
    )
    assert response.version == first


def test_answers_that_must_be_mended_are_refused_with_the_places(person: Person) -> None:
    version = published("fever", required=True)
    given: dict[str, Any] = {"person": person, "by": None, "answered_at": timezone.now(), "erase_at": ERASE}
    with pytest.raises(actions.AnswersError) as caught:
        actions.record_response(version=version, answers={}, **given)
    assert [p.question for p in caught.value.result.errors] == ["fever"]
    other = actions.record_response(version=version, answers={"fever": "not_asked"}, for_another=True, **given)
    assert other.answers == {}
    with pytest.raises(actions.FormError, match="chưa dùng"):
        actions.record_response(version=actions.create_draft(document=document("x")), answers={}, **given)


def test_the_shipped_forms_load_once_and_are_complete() -> None:
    versions = actions.load_forms()
    shipped = sorted((path.parent.name, int(path.stem)) for path in actions.DATA.glob("*/*.json"))
    assert [(v.form_id, v.number) for v in versions] == shipped
    assert {"checkin-health", "entry", "entry-trip", "facility-tasks"} <= {form for form, _number in shipped}
    assert actions.load_forms() == versions
    assert FormVersion.objects.count() == len(shipped)
    assert all(v.status() == FormVersion.Status.IN_FORCE for v in versions)
    tasks = [
        i for v in versions if v.form_id == "facility-tasks" for _p, i in v.content.items() if getattr(i, "options", ())
    ]
    assert len(tasks) == 7


def test_a_shipped_file_that_was_changed_after_publishing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sample" / "1.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"valid_from": "2026-01-01", "document": document("fever")}))
    actions.load_forms(tmp_path)
    path.write_text(json.dumps({"valid_from": "2026-01-01", "document": document("cough")}))
    with pytest.raises(actions.FormError, match="give the change a new number"):
        actions.load_forms(tmp_path)
    path.rename(path.with_name("3.json"))
    with pytest.raises(actions.FormError, match="the next version of this form is 2"):
        actions.load_forms(tmp_path)


def test_a_person_gets_erases_and_outlives_their_answers(person: Person) -> None:
    version = published("fever")
    actions.record_response(
        version=version, person=person, answers={"fever": "yes"}, by=None, answered_at=timezone.now(), erase_at=ERASE
    )
    held = {h.label: h for h in all_holdings() if h.room == "forms"}
    (responses,) = (h for h in held.values() if h.model is Response)
    (row,) = responses.export(person.pk)
    assert row["answers"] == {"fever": "yes"}
    other = Person.objects.create(name="Khác", erase_at=ERASE)
    assert responses.repoint(person.pk, other.pk) == 1
    assert list(responses.export(person.pk)) == []
    assert responses.retain(ERASE - timedelta(days=1)) == 0
    assert responses.retain(ERASE) == 1
    assert responses.erase(other.pk) == 0


def test_words_of_a_shipped_form_ask_about_its_window() -> None:
    version = actions.load_forms()[0]
    assert version.content.words(version.content.pages[0].label, "vi").startswith("Trong 14 ngày qua")


def test_version_in_force_long_ago() -> None:
    actions.load_forms()
    assert queries.in_force("checkin-health", datetime(2026, 6, 30, 16, 59, tzinfo=UTC)) is None
    assert queries.in_force("checkin-health", datetime(2026, 6, 30, 17, tzinfo=UTC)) is not None
