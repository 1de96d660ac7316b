"""Forms and answers as files, through the command that an administrator has."""

import json
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from lachan.cli import forms as verbs
from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.forms import files, queries
from lachan.register.forms.actions import load_forms, record_response
from lachan.register.forms.models import FormVersion
from lachan.testing.vectors import vectors

pytestmark = pytest.mark.django_db
ANSWERS = {"symptoms": ["fever", "cough"], "temperature": 38.4, "near": "no", "conditions": ["none"]}


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run a verb on the tests' own database: (exit code, what it said)."""
    monkeypatch.setattr(verbs, "database", nullcontext)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        with audit.acting(audit.system("tests")):
            done = CliRunner().invoke(verbs.app, list(words))
        return done.exit_code, done.output

    with audit.acting(audit.system("tests")):
        load_forms()
    return run


@pytest.mark.parametrize("kind", files.KINDS)
def test_every_form_in_force_goes_out_and_what_can_come_back_does(command: Any, kind: str, tmp_path: Path) -> None:
    code, said = command("export", "daily-health", "--kind", kind)
    assert code == 0, said
    (file,) = tmp_path.iterdir()
    if kind == "schema":
        assert json.loads(file.read_text())["$schema"]
        return
    code, said = command("import", file.name)
    assert code == 0 and "kept as draft 2" in said, said
    before, after = (FormVersion.objects.get(form_id="daily-health", number=n).content for n in (1, 2))
    assert [item.code for _page, item in after.items()] == [item.code for _page, item in before.items()]


@pytest.mark.parametrize(
    ("folder", "name", "sentence"),
    [
        ("fhir", "Questionnaire-qs1.json", "không có mã (linkId)"),
        ("xlsform", "example_xls__unknown_question_type.xls", "hai cột cùng một nghĩa"),
    ],
)
def test_the_two_that_must_be_refused_are_refused_in_words(command: Any, folder: str, name: str, sentence: str) -> None:
    drafts = FormVersion.objects.count()
    code, said = command("import", str(vectors(folder, name)))
    assert code == 1 and sentence in said and "Traceback" not in said
    assert len(said.split()) > 5, "a sentence, not a code"
    assert FormVersion.objects.count() == drafts


def test_answers_go_out_and_come_back_equal_and_are_audited(command: Any, hanh: Any, tmp_path: Path) -> None:
    version = queries.in_force("daily-health")
    assert version is not None
    with audit.acting(audit.system("tests")):
        kept = record_response(
            version=version,
            person=hanh.person,
            answers=ANSWERS,
            by=hanh,
            answered_at=timezone.now(),
            erase_at=timezone.localdate() + timedelta(days=30),
        )
    assert command("export-answers", str(kept.key), "--purpose", " ")[0] == 1
    code, said = command("export-answers", str(kept.key), "--purpose", "Gửi bệnh viện", "--out", "a.json")
    assert code == 0, said
    assert "Hạnh" not in (tmp_path / "a.json").read_text()
    assert AuditEvent.objects.get(action="forms.answers.export").subject_id == hanh.person.pk
    code, said = command("check-answers", "daily-health", "a.json")
    assert code == 0, said
    assert json.loads(said) == kept.answers


def test_answers_that_do_not_fit_are_told(command: Any, tmp_path: Path) -> None:
    item = [
        {"linkId": "near", "answer": [{"valueCoding": {"code": "no"}}]},
        {"linkId": "x", "answer": [{"valueInteger": 1}]},
    ]
    resource = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": item}
    (tmp_path / "b.json").write_text(json.dumps(resource))
    code, said = command("check-answers", "daily-health", "b.json")
    assert code == 1 and "symptoms: " in said and "tờ khai không có câu ấy" in said and '{"near":"no"}' in said
    (tmp_path / "c.json").write_text("{")
    assert "bị hỏng" in command("check-answers", "daily-health", "c.json")[1]


def test_what_is_not_there_is_said(command: Any) -> None:
    assert "There is no form 'x' in force" in command("export", "x")[1]
    assert "with a version 9" in command("export", "daily-health", "--number", "9")[1]
    assert command("export", "daily-health", "--kind", "odt")[0] == 2
    assert "daily-health  1  in_force" in command("list")[1]
