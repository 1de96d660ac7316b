"""Small forms for the tests, written by hand or drawn by hypothesis."""

from typing import Any

from hypothesis import strategies as st

from lachan.register.forms.document import Document, read

LANGUAGES = ["vi", "en"]


def text(words: str) -> dict[str, str]:
    return {"vi": f"{words} vi", "en": f"{words} en"}


def form(*pages: dict[str, Any], **rest: Any) -> Document:
    data = {"code": "sample", "title": text("Sample"), "languages": LANGUAGES, "pages": list(pages), **rest}
    return read(data)


def yes_no(code: str, **rest: Any) -> dict[str, Any]:
    return {"type": "yes_no", "code": code, "label": text(code), **rest}


def is_yes(code: str) -> dict[str, Any]:
    return {"op": "eq", "left": {"op": "answer", "of": code}, "right": "yes"}


def daily() -> Document:
    """A daily health declaration with every kind of question."""
    return form(
        yes_no("well", required=True),
        {
            "type": "choices",
            "code": "symptoms",
            "label": text("Symptoms"),
            "required": True,
            "show_if": {"op": "eq", "left": {"op": "answer", "of": "well"}, "right": "no"},
            "options": [
                {"code": "fever", "label": text("Fever")},
                {"code": "cough", "label": text("Cough")},
                {"code": "none", "label": text("None of these"), "exclusive": True},
            ],
        },
        {
            "type": "group",
            "code": "measured",
            "label": text("Measured"),
            "show_if": {"op": "in", "left": {"op": "answer", "of": "symptoms"}, "values": ["fever"]},
            "questions": [
                {
                    "type": "decimal",
                    "code": "temperature",
                    "label": {"vi": "Nhiệt độ bây giờ là bao nhiêu?", "en": "What is the temperature now?"},
                    "short": {"vi": "Nhiệt độ", "en": "Temperature"},
                    "least": 34,
                    "most": 43,
                    "unit": {"vi": "°C", "en": "°C"},
                },
                {
                    "type": "date",
                    "code": "since",
                    "label": {"vi": "Sốt từ ngày nào?", "en": "Fever since"},
                    "required": True,
                    "earliest": -14,
                    "latest": 0,
                },
            ],
        },
        {"type": "integer", "code": "people", "label": text("People at home"), "least": 1, "most": 30},
        {
            "type": "choice",
            "code": "help",
            "label": text("Help"),
            "options": [{"code": "call", "label": text("A call")}, {"code": "food", "label": text("Food")}],
        },
        {"type": "text", "code": "note", "label": text("Note"), "longest": 40},
        {"type": "datetime", "code": "measured_at", "label": text("Measured at"), "earliest": -2, "latest": 0},
        {
            "type": "calculation",
            "code": "score",
            "label": text("Score"),
            "value": {
                "op": "count",
                "of": [is_yes("well"), {"op": "lt", "left": 38, "right": {"op": "answer", "of": "temperature"}}],
            },
        },
    )


def party(**rest: Any) -> Document:
    """A declaration for a party: each traveller's answers, then what depends on them together."""
    fever = {"op": "entries", "of": "party", "where": is_yes("fever")}
    return form(
        yes_no("group_tour"),
        {
            "type": "repeat",
            "code": "party",
            "label": text("Travellers"),
            "entry": {"vi": "Người", "en": "Traveller"},
            "least": 1,
            "most": 3,
            "questions": [
                {"type": "text", "code": "name", "label": text("Name"), "required": True, "longest": 30},
                {"type": "integer", "code": "age", "label": text("Age"), "least": 0, "most": 120},
                yes_no("fever", required=True),
                {
                    "type": "decimal",
                    "code": "temperature",
                    "label": text("Temperature"),
                    "least": 34,
                    "most": 43,
                    "show_if": {"op": "and", "of": [is_yes("fever"), {"op": "not", "of": is_yes("group_tour")}]},
                },
            ],
        },
        {
            "type": "yes_no",
            "code": "call",
            "label": text("Call"),
            "required": True,
            "show_if": {"op": "lt", "left": 0, "right": fever},
        },
        {"type": "calculation", "code": "people", "label": text("People"), "value": {"op": "entries", "of": "party"}},
        {
            "type": "calculation",
            "code": "ages",
            "label": text("Ages"),
            "value": {"op": "sum", "of": "party", "value": {"op": "answer", "of": "age"}},
        },
        **rest,
    )


# Anything a client may send in place of answers.
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def conditions(codes: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions over yes/no questions of those codes (never empty)."""
    answer = st.sampled_from(codes).map(lambda c: {"op": "answer", "of": c})
    value = st.sampled_from(["yes", "no", "unknown"])
    leaf = (
        st.builds(
            lambda op, a, v: {"op": op, "left": a, "right": v}, st.sampled_from(["eq", "ne", "lt", "le"]), answer, value
        )
        | st.builds(lambda a, vs: {"op": "in", "left": a, "values": vs}, answer, st.lists(value, max_size=2))
        | st.sampled_from(codes).map(lambda c: {"op": "answered", "of": c})
        | st.booleans()
    )
    return st.recursive(
        leaf,
        lambda inner: (
            st.builds(lambda op, of: {"op": op, "of": of}, st.sampled_from(["and", "or"]), st.lists(inner, max_size=3))
            | inner.map(lambda e: {"op": "not", "of": e})
            | st.builds(lambda w, t, o: {"op": "if", "when": w, "then": t, "otherwise": o}, inner, inner, inner)
        ),
        max_leaves=5,
    )


@st.composite
def skipping_forms(draw: st.DrawFn) -> Document:
    """Up to six yes/no questions, alone or in groups, each perhaps shown only under a condition on those before it."""
    count = draw(st.integers(2, 6))
    codes: list[str] = []
    pages: list[dict[str, Any]] = []
    while len(codes) < count:
        size = draw(st.integers(1, 2))
        group_if = draw(st.none() | conditions(codes)) if codes else None
        questions = []
        for _ in range(size):
            code = f"q{len(codes)}"
            question = yes_no(code, required=draw(st.booleans()))
            condition = draw(st.none() | conditions(codes)) if codes else None
            if condition is not None:
                question["show_if"] = condition
            codes.append(code)
            questions.append(question)
        if size == 1 and group_if is None:
            pages += questions
        else:
            page: dict[str, Any] = {
                "type": "group",
                "code": f"g{len(codes)}",
                "label": text("g"),
                "questions": questions,
            }
            if group_if is not None:
                page["show_if"] = group_if
            pages.append(page)
    return form(*pages)
