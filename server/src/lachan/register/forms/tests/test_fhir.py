"""FHIR Questionnaires and answers, out and in; skip logic by the cases the standard's own test form describes."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lachan.register.forms.document import Document
from lachan.register.forms.outline import RefusedError
from lachan.register.forms.questionnaires import enable_when, read_response, write_questionnaire, write_response
from lachan.register.forms.questionnaires_in import ImportedQuestionnaire, read_questionnaire
from lachan.register.forms.tests.generated import answers_to, documents
from lachan.register.forms.tests.worlds import daily, is_yes, party
from lachan.register.forms.validate import validate
from lachan.testing.vectors import vectors

ON = date(2026, 8, 13)
AT = datetime(2026, 8, 13, 3, tzinfo=UTC)


def example(name: str) -> Any:
    return json.loads(vectors("fhir", name).read_bytes())


@pytest.mark.parametrize("name", ["3141", "bb", "f201", "zika-virus-exposure-assessment"])
def test_the_published_questionnaires_come_in_and_back(name: str) -> None:
    imported = read_questionnaire(example(f"Questionnaire-{name}.json"))
    assert read_questionnaire(write_questionnaire(imported.document)).document == imported.document


def test_one_without_link_ids_is_refused_in_words() -> None:
    with pytest.raises(RefusedError, match="Mục 1 › 1 không có mã") as refused:
        read_questionnaire(example("Questionnaire-qs1.json"))
    assert all("linkId" in sentence for sentence in refused.value.sentences)


@pytest.mark.parametrize(
    ("name", "taken", "left"),
    [
        ("bb", {"birthweight": 3.25, "hepbgiven": "yes", "hepbgivendate": "1972-12-04", "sex": "f"}, "vitaminKDose1"),
        ("f201", {"c_2_2": "1960-03-13", "c_2_4": "married"}, "“3.1”"),
        ("3141", {}, "“1.1.1.3”"),
    ],
)
def test_published_answers_are_taken_where_they_fit_and_the_rest_is_told(name: str, taken: Any, left: str) -> None:
    # These examples contradict their own questionnaires in places: text for a yes/no, links that are not there.
    imported = read_questionnaire(example(f"Questionnaire-{name}.json"))
    answers, notes = read_response(
        imported.document, example(f"QuestionnaireResponse-{name}.json"), imported.links, imported.coded
    )
    assert taken.items() <= answers.items()
    assert any(left in note for note in notes)
    assert {p.code for p in validate(imported.document, answers, on=ON).errors} <= set()


@pytest.mark.parametrize("resource", [None, [], {}, {"resourceType": "Questionnaire"}, {"resourceType": "Patient"}])
def test_what_is_no_questionnaire_is_refused(resource: Any) -> None:
    with pytest.raises(RefusedError):
        read_questionnaire(resource)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(documents(), st.just(daily()), st.just(party(look_back_days=7))), st.data())
def test_any_form_and_its_answers_go_out_valid_and_come_back_equal(document: Document, data: st.DataObject) -> None:
    resource = write_questionnaire(document, 3)
    Questionnaire.model_validate(resource)
    assert read_questionnaire(resource).document == document
    result = validate(document, data.draw(answers_to(document)), on=ON)
    response = write_response(document, result.values, AT)
    QuestionnaireResponse.model_validate(response)
    answers, notes = read_response(document, response)
    again = validate(document, answers, on=ON)
    assert (again.values, notes) == (result.values, [])


def test_a_condition_is_said_in_the_standards_words_where_it_has_them() -> None:
    answer = {"op": "answer", "of": "n"}
    assert enable_when(is_yes("a")) == ([{"question": "a", "operator": "=", "answerCoding": {"code": "yes"}}], "all")
    rows, behaviour = enable_when({"op": "or", "of": [is_yes("a"), {"op": "lt", "left": 3, "right": answer}]}) or (
        [],
        "",
    )
    assert (rows[1], behaviour) == ({"question": "n", "operator": ">", "answerInteger": 3}, "any")
    both = enable_when({"op": "ne", "left": {"op": "answer", "of": "a"}, "right": "yes"})
    assert both is not None
    assert [row["operator"] for row in both[0]] == ["exists", "!="], "a missing answer shows nothing"
    assert enable_when({"op": "lt", "left": {"op": "today"}, "right": {"op": "answer", "of": "d"}}) is None


# ---- the enableWhen cases of the standard ----


def compiled(text: str) -> dict[str, Any]:
    """The Questionnaire of a FSH instance of this simple shape: one path and value a line, two spaces a level."""
    resource: dict[str, Any] = {"resourceType": "Questionnaire", "status": "active", "item": []}
    stack: list[tuple[int, dict[str, Any]]] = [(-1, resource)]
    for line in text.splitlines():
        found = re.match(r"^( *)\* (item|enableWhen|extension)(\[\+\])?$", line)
        level = len(line) - len(line.lstrip())
        while level <= stack[-1][0]:
            stack.pop()
        if found:
            made: dict[str, Any] = {}
            stack[-1][1].setdefault(found[2], []).append(made)
            stack.append((level, made))
        elif pair := re.match(r"^ *\* ([A-Za-z]+)(\[\+\])?(?:\.([A-Za-z]+))? = (.+)$", line):
            name, _list, inner, raw = pair.groups()
            if level or name in {"title", "url"}:
                target = stack[-1][1]
                if inner:
                    target.setdefault(name, []).append({inner: value_of(raw)})
                else:
                    target[name] = value_of(raw, coding=name.startswith("answerCoding"))
    return strip_extensions(resource)


def value_of(raw: str, *, coding: bool = False) -> Any:
    if raw.startswith('"'):
        return json.loads(raw)
    if found := re.match(r'^(\$?[\w-]*)#(\S+)(?: "(.*)")?$', raw):
        if found[1] or coding:
            return {"system": f"urn:{found[1]}", "code": found[2], **({"display": found[3]} if found[3] else {})}
        return found[2]
    return {"true": True, "false": False}.get(raw) if raw in {"true", "false"} else json.loads(raw)


def strip_extensions(part: Any) -> Any:
    if isinstance(part, dict):
        return {k: strip_extensions(v) for k, v in part.items() if k != "extension"}
    return [strip_extensions(v) for v in part] if isinstance(part, list) else part


@pytest.fixture(scope="module")
def standard() -> ImportedQuestionnaire:
    text = vectors("fhir", "sdc-questionnaire-sdc-test-enableWhen.fsh").read_text(encoding="utf-8")
    return read_questionnaire(compiled(text))


Q1, Q2 = "83d5c1a6-5dc3-44d0-9d9e-d687c72e143e", "fe0106a5-0e25-43a4-9820-7acb7e74d9d7"
R3, R4 = "s1-radio", "5e1209b7-c9e0-4bf4-b228-fr096s903m25"
DROP = "5e1209b7-c9e0-4bf4-b228-c6591b540qmo"
YNNA = "1acf93a7-0890-44cd-be48-542defb35248"


@pytest.mark.parametrize(
    ("answers", "question", "shown"),
    [
        ({}, "e5da17a7-7546-45c5-9bcd-d0b09a74cc14", False),
        ({Q1: True}, "e5da17a7-7546-45c5-9bcd-d0b09a74cc14", True),
        ({Q1: False}, "e5da17a7-7546-45c5-9bcd-d0b09a74cc14", False),
        ({R3: "2"}, "e5da17a7-7546-45c5-9bcd-d0b09a74ty76", True),
        ({R3: "3"}, "e5da17a7-7546-45c5-9bcd-d0b09a74ty76", False),
        ({Q1: True}, "65578509-21ae-4a48-94de-e46b1e54kjui", True),
        ({}, "65578509-21ae-4a48-94de-e46b1e54kjui", False),
        ({Q2: False}, "65578509-21ae-4a48-94de-e46b1e10ghqn", True),
        ({Q2: True}, "65578509-21ae-4a48-94de-e46b1e10ghqn", False),
        ({R3: "2"}, "65578509-21ae-4a48-94de-e46bd161lqzp", True),
        ({DROP: "4"}, "65578509-21ae-4a48-94de-h1l9v32opase:child", True),
        ({R4: "7"}, "65578509-21ae-234vy-slo4-eddfjqwwr2", False),
        ({R4: "8"}, "65578509-21ae-234vy-slo4-eddfjqwwr2", True),
        ({}, "65578509-21ae-234vy-slo4-eddfjqwwr2", True),
        ({R4: "8"}, "3cf51112-6896-4076-8994-b6ff3e52f359", False),
        ({R4: "8", DROP: "4"}, "3cf51112-6896-4076-8994-b6ff3e52f359", True),
        ({YNNA: "Y"}, "840c08ad-4b27-4c1d-9d6e-824202518ad0", True),
        ({YNNA: "N"}, "840c08ad-4b27-4c1d-9d6e-824202518ad0", False),
        ({YNNA: "ASKU"}, "e78586ac-8c97-42a8-a56b-779c5c1d81f1", False),
        ({YNNA: "N"}, "e78586ac-8c97-42a8-a56b-779c5c1d81f1", True),
        ({"s3-radio": "1.1"}, "840c08ad-4b27-4c1d-9d6e-824202519kied", True),
        ({"s3-radio": "2.2"}, "840c08ad-4b27-4c1d-9d6e-824202519kied", False),
        ({"s3-radio": "2.2"}, "e70a3a50-e646-4831-a00d-4d6fbdaajn84", True),
        ({"s4-radio": "2"}, "840c08ad-4b27-4c1d-9d6e-82420251hg12", True),
        ({"s4-radio": "3"}, "e70a3a50-e646-4831-a00d-4d6fbdaaefc3", False),
        ({"date_of_birth_question": "2001-05-05"}, "date_greater_2000-01-01", True),
        ({"date_of_birth_question": "2000-01-01"}, "date_less_2000-01-01", True),
        ({"date_of_birth_question": "2000-01-01"}, "date_greater_2000-01-01", False),
        ({"datetime_question": "12:00:00"}, "datetime_question_greter_than", True),
        ({"datetime_question": "11:11:11"}, "datetime_question_less_than_equal", True),
        ({}, "datetime_question_less_than_equal", False),
        ({"BC029": ["1", "9"]}, "BOWOPTOTH", True),
        ({"BC029": ["1"]}, "BOWOPTOTH", False),
    ],
)
def test_enable_when_means_what_the_standard_says(
    standard: ImportedQuestionnaire, answers: dict[str, Any], question: str, shown: bool
) -> None:
    given_answers: dict[str, Any] = {}
    for link, value in answers.items():
        code = standard.links[link]
        if isinstance(value, bool):
            given_answers[code] = "yes" if value else "no"
        elif isinstance(value, list):
            given_answers[code] = [standard.coded(code, one) for one in value]
        else:
            given_answers[code] = standard.coded(code, value)
    # The child of this group has a link of its own in the file.
    link = "65578509-21ae-sdj4-98s2-emhaskjh12" if question.endswith(":child") else question
    result = validate(standard.document, given_answers, on=ON)
    assert result.ok
    assert (standard.links[link] in result.shown) is shown
