"""FHIR R4 (R4B) Questionnaire and QuestionnaireResponse, in and out.

What the standard has a place for stands there (linkId, type, enableWhen, answerOption, translations); what only this
form language knows travels in one extension on each item, so that a form comes back equal. Checked by fhir.resources
against the standard's structure. https://hl7.org/fhir/R4B/questionnaire.html
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from pydantic import ValidationError

from lachan.register.forms.document import (
    Calculation,
    Choice,
    Choices,
    Day,
    Decimal,
    Document,
    Group,
    Integer,
    Item,
    Line,
    Moment,
    Page,
    Question,
    Repeat,
    Text,
    YesNo,
)
from lachan.register.forms.outline import RefusedError

EXTENSION = "urn:lachan:fhir:form-item"
WHOLE = "urn:lachan:fhir:form"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
ANSWERS = "urn:lachan:fhir:answer"
_TYPES: dict[type, str] = {
    YesNo: "choice",
    Choice: "choice",
    Choices: "choice",
    Integer: "integer",
    Decimal: "decimal",
    Day: "date",
    Moment: "dateTime",
    Calculation: "string",
    Group: "group",
    Repeat: "group",
}
# What the item itself says; everything else of ours is in the extension.
_SAID = {"label", "code", "questions", "required"}


def checked(resource: Any, kind: str) -> dict[str, Any]:
    """The resource as the standard reads it. Raises RefusedError with each place that breaks it, in words."""
    model: Any = Questionnaire if kind == "Questionnaire" else QuestionnaireResponse
    if not isinstance(resource, dict) or resource.get("resourceType") != kind:
        raise RefusedError([_("Tệp không phải %(kind)s của FHIR R4.") % {"kind": kind}])
    try:
        found = model.model_validate(resource)
    except ValidationError as error:
        raise RefusedError(list(dict.fromkeys(_fault(one) for one in error.errors()))[:20]) from error
    data: dict[str, Any] = msgspec.json.decode(found.model_dump_json(exclude_none=True))
    return data


def _fault(error: Any) -> str:
    # "2 › 1" is the first item inside the second; the names between are the standard's own.
    steps = [f"{step + 1}" if isinstance(step, int) else str(step) for step in error["loc"] if step != "item"]
    missing = steps[-1:] == ["linkId"]
    where = " › ".join(steps[:-1] if missing else steps) or "Questionnaire"
    if missing:
        return _("Mục %(where)s không có mã (linkId), nên câu trả lời không biết thuộc câu nào.") % {"where": where}
    return _("Mục %(where)s sai quy cách FHIR R4: %(error)s") % {"where": where, "error": str(error.get("msg"))[:200]}


# ---- out ----


def write_questionnaire(document: Document, number: int | None = None) -> dict[str, Any]:
    """The document as a Questionnaire resource, valid R4B."""
    data = msgspec.to_builtins(document)
    whole = {key: value for key, value in data.items() if key not in {"pages", "title"}}
    title, translated = _said(document, document.title)
    resource: dict[str, Any] = {
        "resourceType": "Questionnaire",
        "url": f"urn:lachan:form:{document.code}",
        "name": document.code.replace("-", "_"),
        "title": title,
        "status": "active",
        "language": document.languages[0],
        "subjectType": ["Patient"],
        "extension": [_extension(WHOLE, {**whole, "title": data["title"]})],
        "item": [_item(document, page) for page in document.pages],
    }
    if translated:
        resource["_title"] = translated
    if number is not None:
        resource["version"] = str(number)
    return checked(resource, "Questionnaire")


def _extension(url: str, value: Any) -> dict[str, Any]:
    return {"url": url, "valueString": msgspec.json.encode(value).decode()}


def _said(document: Document, text: Text) -> tuple[str, dict[str, Any] | None]:
    first, *others = document.languages
    spoken = [
        (language, document.words({language: text[language]}, language)) for language in others if text.get(language)
    ]
    rows = [
        {
            "url": TRANSLATION,
            "extension": [{"url": "lang", "valueCode": lang}, {"url": "content", "valueString": words}],
        }
        for lang, words in spoken
    ]
    return document.words(text, first), {"extension": rows} if rows else None


def _item(document: Document, part: Page) -> dict[str, Any]:
    data = msgspec.to_builtins(part)
    kind = _TYPES.get(type(part), "string")
    if isinstance(part, Line) and part.lines > 1:
        kind = "text"
    label, translated = _said(document, part.label)
    rest = {key: value for key, value in data.items() if key not in _SAID and value is not None}
    item: dict[str, Any] = {"linkId": part.code, "text": label, "type": kind}
    item["extension"] = [_extension(EXTENSION, {**rest, "label": data["label"]})]
    if translated:
        item["_text"] = translated
    if part.show_if is not None:
        when = enable_when(data["show_if"])
        if when is not None:
            item["enableWhen"], item["enableBehavior"] = when
    if isinstance(part, Group | Repeat):
        item["item"] = [_item(document, inner) for inner in part.questions]
        if isinstance(part, Repeat):
            item["repeats"] = True
        return item
    if isinstance(part, Calculation):
        item["readOnly"] = True
        return item
    item["required"] = part.required
    if isinstance(part, Line):
        item["maxLength"] = part.longest
    if isinstance(part, YesNo):
        codes = ["yes", "no", "unknown"] if part.unknown else ["yes", "no"]
        item["answerOption"] = [{"valueCoding": {"system": ANSWERS, "code": code}} for code in codes]
    if isinstance(part, Choice | Choices):
        item["repeats"] = isinstance(part, Choices)
        item["answerOption"] = [
            {"valueCoding": {"code": o.code, "display": document.words(o.label, document.languages[0])}}
            for o in part.options
        ]
    return item


def enable_when(tree: Any) -> tuple[list[dict[str, Any]], str] | None:
    """A condition as enableWhen rows and their behaviour, None where the standard's rows cannot say it.

    Here a missing answer never shows a question; in FHIR "!=" is true of no answer, so "exists" stands beside it.
    """
    if isinstance(tree, dict) and tree.get("op") in {"and", "or"}:
        rows = [_row(one) for one in tree["of"]]
        if not rows or any(row is None for row in rows):
            return None
        if tree["op"] == "or" and any(row is not None and len(row) > 1 for row in rows):
            return None
        return [one for row in rows if row for one in row], "all" if tree["op"] == "and" else "any"
    if isinstance(tree, dict) and tree.get("op") == "in" and len(tree["values"]) > 1:
        found = [_row({**tree, "values": [value]}) for value in tree["values"]]
        return None if any(row is None for row in found) else ([one for row in found if row for one in row], "any")
    row = _row(tree)
    return None if row is None else (row, "all")


def _row(tree: Any) -> list[dict[str, Any]] | None:
    if not isinstance(tree, dict):
        return None
    op = tree["op"]
    if op == "answered":
        return [{"question": tree["of"], "operator": "exists", "answerBoolean": True}]
    if op == "not" and isinstance(tree["of"], dict) and tree["of"].get("op") == "answered":
        return [{"question": tree["of"]["of"], "operator": "exists", "answerBoolean": False}]
    if op == "in" and len(tree["values"]) == 1:
        return _compared(tree["left"], "=", tree["values"][0])
    signs = {"eq": ("=", "="), "ne": ("!=", "!="), "lt": ("<", ">"), "le": ("<=", ">=")}
    if op in signs:
        straight, turned = signs[op]
        return _compared(tree["left"], straight, tree["right"]) or _compared(tree["right"], turned, tree["left"])
    return None


def _compared(left: Any, sign: str, right: Any) -> list[dict[str, Any]] | None:
    if not (isinstance(left, dict) and left.get("op") == "answer") or isinstance(right, dict | bool):
        return None
    if right == "":
        # FHIR has no empty string: the condition goes out in our own words.
        return None
    answer: dict[str, Any]
    if isinstance(right, str):
        answer = {"answerCoding": {"code": right}}
    else:
        answer = {"answerInteger": right} if isinstance(right, int) else {"answerDecimal": right}
    row = {"question": left["of"], "operator": sign, **answer}
    there = {"question": left["of"], "operator": "exists", "answerBoolean": True}
    return [there, row] if sign == "!=" else [row]


def write_response(document: Document, values: dict[str, Any], answered_at: datetime) -> dict[str, Any]:
    """Kept answers (Result.values) as a QuestionnaireResponse. Whose they are, the exchange adds."""
    resource = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"urn:lachan:form:{document.code}",
        "status": "completed",
        "authored": answered_at.astimezone(UTC).isoformat(),
        "item": list(_answered(document.pages, values)),
    }
    if not resource["item"]:
        del resource["item"]
    return checked(resource, "QuestionnaireResponse")


def _answered(parts: tuple[Page, ...] | tuple[Item, ...], values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in parts:
        if isinstance(part, Group):
            inside = list(_answered(part.questions, values))
            if inside:
                yield {"linkId": part.code, "item": inside}
        elif isinstance(part, Repeat):
            for row in values.get(part.code, []):
                inside = list(_answered(part.questions, row))
                yield {"linkId": part.code, **({"item": inside} if inside else {})}
        elif part.code in values:
            value = values[part.code]
            each = value if isinstance(value, list) else [value]
            yield {"linkId": part.code, "answer": [_answer(part, one) for one in each]}


def _answer(part: Any, value: Any) -> dict[str, Any]:  # noqa: PLR0911  one return a kind
    match part:
        case YesNo() | Choice() | Choices():
            return {"valueCoding": {"code": value}}
        case Integer():
            return {"valueInteger": value}
        case Decimal():
            return {"valueDecimal": value}
        case Day():
            return {"valueDate": value}
        case Moment():
            return {"valueDateTime": value}
        case Calculation() if not isinstance(value, str):
            return {"valueDecimal": value}
        case _:
            return {"valueString": value}


# ---- answers in ----


def read_response(
    document: Document,
    resource: Any,
    links: dict[str, str] | None = None,
    coded: Callable[[str, str], str] | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """The answers of a QuestionnaireResponse (to be validated next), and what could not be taken, in words.

    `links` maps foreign linkIds to codes and `coded` foreign options (see questionnaires_in). Raises RefusedError for a
    resource that is none.
    """
    data = checked(resource, "QuestionnaireResponse")
    reader = _Answers(document, links or {}, coded or (lambda _of, code: code))
    reader.items(data.get("item", []), reader.values)
    return reader.values, reader.notes


class _Answers:
    def __init__(self, document: Document, links: dict[str, str], coded: Callable[[str, str], str]) -> None:
        self.document, self.links, self.coded = document, links, coded
        self.repeats = {page.code for page in document.pages if isinstance(page, Repeat)}
        self.values: dict[str, Any] = {}
        self.notes: list[str] = []

    def items(self, items: list[dict[str, Any]], into: dict[str, Any]) -> None:
        for item in items:
            code = self.links.get(item["linkId"], item["linkId"])
            inside = into
            if code in self.repeats:
                inside = {}
                self.values.setdefault(code, []).append(inside)
            answers = item.get("answer", [])
            question = self.document.question(code)
            if answers and question is None and not self.calculated(code):
                self.notes.append(
                    _("Bỏ câu trả lời của “%(code)s”: tờ khai không có câu ấy.") % {"code": item["linkId"]}
                )
            if answers and question is not None:
                self.take(question, answers, into, item["linkId"])
            self.items(item.get("item", []), inside)
            for answer in answers:
                self.items(answer.get("item", []), inside)

    def calculated(self, code: str) -> bool:
        return any(item.code == code for _page, item in self.document.items())

    def take(self, question: Question, answers: list[dict[str, Any]], into: dict[str, Any], link: str) -> None:
        found = [self.value(question, answer) for answer in answers]
        if any(value is None for value in found):
            self.notes.append(_("Bỏ câu trả lời của “%(code)s”: khác loại với câu hỏi.") % {"code": link})
            return
        into[question.code] = found if isinstance(question, Choices) else found[0]

    def value(self, question: Question, answer: dict[str, Any]) -> Any:  # noqa: PLR0911  one return a kind
        match question, answer:
            case YesNo(), {"valueBoolean": bool() as value}:
                return "yes" if value else "no"
            case ((YesNo() | Choice() | Choices()), {"valueCoding": {"code": code}}):
                return self.option(question, self.coded(question.code, code))
            case ((Choice() | Choices()), {"valueString": code}):
                return self.option(question, self.coded(question.code, code))
            case Integer(), {"valueInteger": int() as value}:
                return value
            case Decimal(), ({"valueDecimal": value} | {"valueInteger": value} | {"valueQuantity": {"value": value}}):
                return float(value) if isinstance(value, str) else value
            case Line(), ({"valueString": value} | {"valueUri": value} | {"valueTime": value}):
                return value
            case Day(), {"valueDate": str() as value} if _is_day(value):
                return value
            case Moment(), {"valueDateTime": str() as value}:
                return _utc(value)
        return None

    def option(self, question: Question, code: str) -> str | None:
        codes = ["yes", "no", "unknown"] if isinstance(question, YesNo) else []
        if isinstance(question, Choice | Choices):
            codes = [option.code for option in question.options]
        return code if code in codes else None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _utc(text: str) -> str | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment.tzinfo else None
