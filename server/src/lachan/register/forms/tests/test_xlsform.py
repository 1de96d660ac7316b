"""XLSForms that come in, those that are refused in words, and forms that come back equal."""

import io
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from lachan.register.forms.document import Choice, Choices, Document, Repeat
from lachan.register.forms.outline import RefusedError
from lachan.register.forms.tests.generated import documents
from lachan.register.forms.tests.worlds import daily, party
from lachan.register.forms.validate import validate
from lachan.register.forms.xlsform import write_xlsform
from lachan.register.forms.xlsform_in import read_xlsform
from lachan.register.forms.xpath import FormulaError, read_formula
from lachan.testing.vectors import vectors

ON = date(2026, 8, 13)
REFUSED = {
    "example_xls__calculate.xls": "calculate_test_output",
    "example_xls__unknown_question_type.xls": "hai cột cùng một nghĩa",
}


def example(name: str) -> bytes:
    return vectors("xlsform", name).read_bytes()


NAMES = [
    "calculate.xls",
    "cascading_select_test_equivalent.xls",
    "choice_filter_test.xlsx",
    "field-list.xlsx",
    "group.csv",
    "or_other.xlsx",
    "repeat_date_test.xls",
    "specify_other.csv",
    "text_and_integer.csv",
    "unknown_question_type.xls",
    "yes_or_no_question.csv",
]


@pytest.mark.parametrize("name", [f"example_xls__{name}" for name in NAMES])
def test_every_published_example_comes_in_and_back_or_is_refused_in_words(name: str) -> None:
    if name in REFUSED:
        with pytest.raises(RefusedError, match=REFUSED[name]):
            read_xlsform(example(name), name)
        return
    document = read_xlsform(example(name), name).document
    if any(o.show_if for _p, q in document.items() if isinstance(q, Choice | Choices) for o in q.options):
        with pytest.raises(RefusedError, match="chưa xuất được"):
            write_xlsform(document)
        return
    assert read_xlsform(write_xlsform(document), "back.xlsx").document == document


def test_a_cascade_offers_the_counties_of_the_state_chosen() -> None:
    document = read_xlsform(example("example_xls__choice_filter_test.xlsx"), "cascade.xlsx").document
    wrong = validate(document, {"state": "texas", "county": "pierce"}, on=ON)
    assert [p.question for p in wrong.errors] == ["county"]
    right = validate(document, {"state": "washington", "county": "pierce", "city": "tacoma"}, on=ON)
    assert right.values == {"state": "washington", "county": "pierce", "city": "tacoma"}


def test_a_repeat_comes_in_as_a_repeat_and_what_is_left_out_is_said() -> None:
    imported = read_xlsform(example("example_xls__repeat_date_test.xls"), "repeat.xls")
    assert any(isinstance(page, Repeat) for page in imported.document.pages)
    assert any("ghi chú" in note for note in imported.notes)


@pytest.mark.parametrize("document", [daily(), party(look_back_days=14)], ids=["daily", "party"])
def test_our_forms_come_back_equal_and_are_xlsforms_for_others(document: Document) -> None:
    data = write_xlsform(document)
    assert read_xlsform(data, "x.xlsx").document == document
    assert "<h:html" in convert(data, file_type=".xlsx", validate=False).xform


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_any_form_comes_back_equal_or_says_what_cannot_be_written(document: Document) -> None:
    try:
        data = write_xlsform(document)
    except RefusedError:
        return
    assert read_xlsform(data, "x.xlsx").document == document


def test_a_formula_changed_in_the_sheet_counts() -> None:
    book = load_workbook(io.BytesIO(write_xlsform(daily())))
    sheet = book["survey"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    (row,) = [r for r in range(2, sheet.max_row + 1) if sheet.cell(r, columns["name"]).value == "symptoms"]
    sheet.cell(row, columns["relevant"]).value = "${well} = 'unknown'"
    out = io.BytesIO()
    book.save(out)
    document = read_xlsform(out.getvalue(), "x.xlsx").document
    assert "symptoms" in validate(document, {"well": "unknown"}, on=ON).shown
    assert "symptoms" not in validate(document, {"well": "no"}, on=ON).shown


@pytest.mark.parametrize(
    ("data", "filename", "words"),
    [
        (b"", "x.pdf", ".xlsx"),
        (b"not a workbook", "x.xlsx", "Không mở được|sai quy cách"),
        (b'"survey",,\n,"type","name","label"\n,"geopoint","where","Where"\n', "x.csv", "geopoint"),
        (b'"survey",,,\n,"type","name","label","relevant"\n,"text","a","A","pulldata(1)"\n', "x.csv", "pulldata"),
        (b'"survey",,,\n,"type","name","label"\n,"telepathy","a","A"\n', "x.csv", "telepathy"),
        (
            b'"survey",,,\n,"type","name","label","relevant"\n,"text","a","A","${b} = 1"\n,"integer","b","B",\n',
            "x.csv",
            "b",
        ),
    ],
)
def test_what_cannot_come_in_is_refused_with_the_place(data: bytes, filename: str, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        read_xlsform(data, filename)


@pytest.mark.parametrize("formula", ["", "1 +", "(", "${a", "foo(1)", "1 div 2", "'", "${a} ! 2", "(" * 5000])
def test_a_formula_that_is_none_is_refused_and_never_raises_otherwise(formula: str) -> None:
    with pytest.raises(FormulaError):
        read_formula(formula, name=str, option=lambda _of, value: value)
