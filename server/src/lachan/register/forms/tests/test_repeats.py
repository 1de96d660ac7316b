"""A party of travellers: answers for each person, conditions inside and over all of them, pages to add and to drop."""

from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.register.forms import actions
from lachan.register.forms.document import CHECK_PAGE, DocumentError, plain, read
from lachan.register.forms.flow import State, Walk
from lachan.register.forms.schema import answers_schema
from lachan.register.forms.tests.worlds import form, is_yes, json_values, party, text, yes_no
from lachan.register.forms.validate import validate
from lachan.testing.cast import sign_in

ON = date(2026, 8, 13)
PARTY = party()
MINH = {"name": "Minh", "age": 40, "fever": "no"}
LAN = {"name": "Lan", "age": 8, "fever": "yes", "temperature": 38.2}


def test_each_entry_has_answers_of_its_own_and_the_sums_see_them_all() -> None:
    result = validate(PARTY, {"group_tour": "no", "party": [MINH, LAN], "call": "yes"}, on=ON)
    assert result.ok
    assert result.values["party"] == [MINH, LAN]
    assert (result.values["people"], result.values["ages"]) == (2, 48)
    assert "party.1.temperature" in result.shown
    assert "party.0.temperature" not in result.shown


def test_a_condition_inside_sees_what_stands_before_the_group_and_not_the_next_entry() -> None:
    result = validate(PARTY, {"group_tour": "yes", "party": [LAN, MINH], "call": "no"}, on=ON)
    assert "temperature" not in result.values["party"][0]
    assert result.ok


def test_what_depends_on_any_entry_is_asked_only_then() -> None:
    assert "call" not in validate(PARTY, {"party": [MINH]}, on=ON).shown
    assert [p.question for p in validate(PARTY, {"party": [MINH, LAN], "group_tour": "no"}, on=ON).errors] == ["call"]


def test_a_message_says_whose_answer_it_is() -> None:
    result = validate(PARTY, {"group_tour": "no", "party": [MINH, {**LAN, "temperature": 50}], "call": "no"}, on=ON)
    (problem,) = result.errors
    assert problem.question == "party.1.temperature"
    assert problem.message["vi"].startswith("Người 2: Temperature vi phải từ 34,0 đến 43,0")
    assert problem.message["en"].startswith("Traveller 2: ")


@pytest.mark.parametrize(
    ("answer", "code", "question"),
    [
        ([], "too_few_entries", "party"),
        ([MINH] * 4, "too_many_entries", "party"),
        ("Minh", "not_entries", "party"),
        ([MINH, "Lan"], "not_entries", "party"),
        ([{**MINH, "passport": "C1"}], "unknown_question", "party"),
        ([{"name": "Minh"}], "required_choice", "party.0.fever"),
    ],
)
def test_entries_that_cannot_be_taken_are_refused_in_words(answer: Any, code: str, question: str) -> None:
    (problem,) = validate(PARTY, {"party": answer}, on=ON).errors
    assert (problem.code, problem.question) == (code, question)
    assert "{" not in problem.message["vi"] + problem.message["en"]


def test_one_age_not_given_leaves_the_sum_open() -> None:
    result = validate(PARTY, {"party": [MINH, {"name": "Hoa", "fever": "no"}]}, on=ON)
    assert "ages" not in result.values


rows = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(max_size=35) | json_values,
        "age": st.integers(-1, 130),
        "fever": st.sampled_from(["yes", "no", "unknown", "not_asked"]),
        "temperature": st.floats(33, 44).map(lambda t: round(t, 1)) | json_values,
    },
)


@settings(max_examples=200, deadline=None)
@given(st.lists(rows, max_size=4) | json_values, st.booleans())
def test_what_is_kept_is_stable_and_fits_the_schema(entries: Any, for_another: bool) -> None:
    result = validate(PARTY, {"party": entries}, on=ON, for_another=for_another)
    again = validate(PARTY, result.values, on=ON, for_another=for_another)
    assert again.values == result.values
    if result.ok and not result.not_asked:
        jsonschema_rs.validate(answers_schema(PARTY), result.values)


@settings(max_examples=150, deadline=None)
@given(st.lists(rows, min_size=1, max_size=3), st.sampled_from(["yes", "no"]))
def test_the_schema_refuses_what_the_validator_refuses_of_single_answers(entries: Any, tour: str) -> None:
    # Skip logic and calculations are not the schema's; a form without them must agree both ways.
    flat = form({**plain(PARTY)["pages"][1], "questions": plain(PARTY)["pages"][1]["questions"][:3]})
    schema = jsonschema_rs.validator_for(answers_schema(flat))
    kept = [{k: v for k, v in row.items() if k != "temperature"} for row in entries]
    result = validate(flat, {"party": kept}, on=ON)
    if result.ok and result.values == {"party": kept}:
        assert schema.is_valid({"party": kept})
    if schema.is_valid({"party": kept}):
        # A text of blanks is no answer, and one with blanks around it is kept without them.
        blank = any(isinstance(row.get("name"), str) and row["name"] != row["name"].strip() for row in kept)
        odd = any("\x00" in str(row.get("name", "")) for row in kept)
        assert result.ok or blank or odd


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        (
            [yes_no("a"), yes_no("b", show_if={"op": "lt", "left": 0, "right": {"op": "entries", "of": "a"}})],
            "no repeat",
        ),
        ([{**plain(PARTY)["pages"][1], "questions": []}], "without a question"),
        ([{**plain(PARTY)["pages"][1], "least": 5}], "bounds leave no number"),
        ([plain(PARTY)["pages"][1] | {"show_if": is_yes("fever")}], "'group_tour'|'fever'"),
        ([yes_no("group_tour"), plain(PARTY)["pages"][1], yes_no("z", show_if=is_yes("fever"))], "'fever'"),
        ([yes_no("group_tour"), plain(PARTY)["pages"][1], yes_no("z", show_if=is_yes("party/fever"))], "'party/fever'"),
        ([yes_no("group_tour"), plain(PARTY)["pages"][1], yes_no("name")], "name: used twice"),
        (
            [
                yes_no("group_tour"),
                plain(PARTY)["pages"][1],
                yes_no("z", show_if={"op": "eq", "left": {"op": "answer", "of": "party"}, "right": "x"}),
            ],
            "repeated group",
        ),
    ],
)
def test_a_group_that_cannot_work_is_refused(pages: Any, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        form(*pages)


def test_eleven_languages_with_fallback_and_the_machines_marked() -> None:
    every = ["vi", "en", "zh", "ko", "ja", "lo", "km", "ru", "fr", "es", "it"]
    label = {"vi": "Sốt trong {{ngày}} ngày", "en": "Fever in {{ngày}} days", "ko": "발열"}
    document = form(yes_no("a", label=label), languages=every, machine_translated=["ko"], look_back_days=21)
    said = [document.words(document.pages[0].label, language) for language in ("vi", "ko", "lo")]
    assert said == ["Sốt trong 21 ngày", "발열", "Fever in 21 days"]
    for languages, machine in ((["vi", "de"], []), (["vi", "vi"], []), (["vi"], ["vi"]), (["vi"], ["ko"])):
        with pytest.raises(DocumentError):
            form(yes_no("a", label=text("a")), languages=languages, machine_translated=machine)


def test_walking_adds_drops_and_comes_back_to_the_list() -> None:
    walk = Walk(PARTY, State({"group_tour": "no"}), ON)
    assert [page.code for page in walk.pages()] == ["group_tour", "party-0", "party"]
    first = walk.page("party-0")
    assert first is not None
    walk.save(first, MINH, {"name", "age", "fever"})
    walk.leave(first)
    assert walk.after("party-0") == "party"
    assert walk.add(PARTY.pages[1]) == "party-1"  # type: ignore[arg-type]
    second = walk.page("party-1")
    assert second is not None
    assert walk.save(second, LAN, {"name", "age", "fever"}), "a fever asks for the temperature on the same page"
    assert walk.save(second, LAN, {"name", "age", "fever", "temperature"}) is False
    assert walk.state.answers["party"] == [MINH, LAN]
    walk.leave(second)
    walk.drop(PARTY.pages[1], 0)  # type: ignore[arg-type]
    assert walk.state.answers["party"] == [LAN]
    assert walk.state.seen == ["party-0"]
    assert walk.before(CHECK_PAGE) == "call"
    walk.drop(PARTY.pages[1], 7)  # type: ignore[arg-type]
    assert len(walk.rows(PARTY.pages[1])) == 1  # type: ignore[arg-type]


def test_entries_there_must_be_are_sent_also_when_nothing_is_typed_into_them() -> None:
    group = {**plain(PARTY)["pages"][1], "questions": [yes_no("cough")], "least": 2}
    walk = Walk(form(group), State(), ON)
    assert walk.result().values == {"party": [{}, {}]}
    walk.settle()
    assert validate(walk.document, walk.state.answers, on=ON) == walk.result()


@pytest.mark.django_db
def test_a_family_is_declared_page_by_page_without_javascript(client: Client, commune_officer: Any) -> None:
    version = actions.create_draft(document=plain(party()))
    sign_in(client, commune_officer)
    base = f"/forms/sample/{version.number}/preview/"

    def post(page: str, **fields: Any) -> Any:
        return client.post(f"{base}{page}/", fields).headers.get("Location", "")

    assert post("group_tour", on_screen="group_tour", group_tour="no") == f"{base}party-0/"
    page = client.get(f"{base}party-0/").content.decode()
    assert 'name="fever"' in page, "the entry there must be is asked before anything is typed into it"
    assert "<h1>Người 1</h1>" in page
    assert post("party-0", on_screen=["name", "age", "fever"], name="Minh", age="40", fever="no") == f"{base}party/"
    assert "Minh, 40" in client.get(f"{base}party/").content.decode()
    assert post("party", go="add") == f"{base}party-1/"
    bad = client.post(f"{base}party-1/", {"on_screen": ["name", "age", "fever"], "name": "Lan", "age": "x"})
    assert bad.status_code == 422
    assert 'href="#q_age"' in bad.content.decode()
    post("party-1", on_screen=["name", "age", "fever"], name="Lan", age="8", fever="yes")
    post(
        "party-1",
        on_screen=["name", "age", "fever", "temperature"],
        name="Lan",
        age="8",
        fever="yes",
        temperature="38,2",
    )
    assert post("party", go="next") == f"{base}call/"
    post("call", on_screen="call", call="yes")
    check = client.get(f"{base}check/").content.decode()
    assert "Người 2: Temperature vi" in check
    assert post("party", go="drop-0") == f"{base}party/"
    assert post("party", go="drop-²") == f"{base}party/"
    assert "Minh" not in client.get(f"{base}check/").content.decode()
    assert client.post(f"{base}check/").status_code == 200


def test_a_stored_document_without_the_newer_fields_is_still_read() -> None:
    old = {k: v for k, v in plain(form(yes_no("a"))).items() if k not in {"machine_translated", "look_back_days"}}
    assert read(old) == form(yes_no("a"))
