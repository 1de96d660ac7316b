"""A FHIR R4 Questionnaire as a form: ours come back equal, others as near as the form language allows.

A missing answer follows the standard's definitions of operators: "=" and the comparisons need an answer that fits, "!="
is true while no answer equals. https://hl7.org/fhir/R4B/codesystem-questionnaire-enable-operator.html
"""

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from lachan.register.forms.document import LANGUAGES, Document, DocumentError, Item, Text, read
from lachan.register.forms.expressions import And, Answer, Eq, Expression, In, IsAnswered, Le, Lt, Not, Or
from lachan.register.forms.outline import Branch, Codes, RefusedError, in_officers_words, pages
from lachan.register.forms.questionnaires import EXTENSION, WHOLE, checked

# Value sets of the standard that examples name without carrying them: codes and what they mean here.
_YES_NO_UNKNOWN = {"Y": "yes", "N": "no", "asked-unknown": "unknown", "ASKU": "unknown"}
_VALUE_SETS: dict[str, dict[str, str]] = {
    "http://hl7.org/fhir/ValueSet/yesnodontknow": {"Y": "Yes", "N": "No", "asked-unknown": "Don't know"},
    "http://terminology.hl7.org/ValueSet/yes-no-unknown-not-applicable": {
        "Y": "Yes",
        "N": "No",
        "ASKU": "Asked but unknown",
        "NA": "Not applicable",
    },
}
_SIMPLE = {
    "integer": "integer",
    "decimal": "decimal",
    "quantity": "decimal",
    "string": "text",
    "text": "text",
    "url": "text",
    "time": "text",
    "date": "date",
    "dateTime": "datetime",
}


@dataclass
class ImportedQuestionnaire:
    """A form that came in: what was left out, in words, and how its foreign names map to codes, for its answers."""

    document: Document
    notes: list[str]
    links: dict[str, str]
    options: dict[str, dict[str, str]] = field(default_factory=dict)

    def coded(self, of: str, code: str) -> str:
        """A foreign option's code here."""
        return self.options.get(of, {}).get(code, code)


def read_questionnaire(resource: Any) -> ImportedQuestionnaire:
    """The form of a Questionnaire. Raises RefusedError with every sentence an officer must know."""
    data = checked(resource, "Questionnaire")
    own = _ours(data)
    if own is not None:
        return own
    return _Import(data).done()


def _extension(part: dict[str, Any], url: str) -> Any:
    for one in part.get("extension", []):
        if one.get("url") == url:
            try:
                return msgspec.json.decode(one.get("valueString", ""))
            except msgspec.DecodeError:
                return None
    return None


def _ours(data: dict[str, Any]) -> ImportedQuestionnaire | None:
    whole = _extension(data, WHOLE)
    if not isinstance(whole, dict):
        return None

    def part(item: dict[str, Any]) -> dict[str, Any]:
        rest = _extension(item, EXTENSION)
        if not isinstance(rest, dict):
            raise RefusedError([_("Mục “%(code)s” thiếu phần riêng của hệ thống này.") % {"code": item["linkId"]}])
        made = {**rest, "code": item["linkId"]}
        if "required" in item:
            made["required"] = item["required"]
        if rest.get("type") in {"group", "repeat"}:
            made["questions"] = [part(inner) for inner in item.get("item", [])]
        return made

    return ImportedQuestionnaire(_read({**whole, "pages": [part(item) for item in data.get("item", [])]}), [], {})


def _read(data: dict[str, Any]) -> Document:
    try:
        return read(data)
    except DocumentError as error:
        raise RefusedError([in_officers_words(problem) for problem in error.problems]) from error


class _Import:
    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.codes, self.notes = Codes(), list[str]()
        self.options: dict[str, dict[str, str]] = {}
        self.display: dict[str, dict[str, str]] = {}
        self.kinds: dict[str, str] = {}
        language = str(data.get("language", "en")).split("-")[0]
        self.language = language if language in LANGUAGES else "en"

    def done(self) -> ImportedQuestionnaire:
        outline = self.branches(self.data.get("item", []))
        name = str(self.data.get("name") or self.data.get("id") or self.data.get("title") or "questionnaire")
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "questionnaire"
        document = _read(
            {
                "code": plain if plain[0].isalpha() else f"form-{plain}",
                "title": self.text(self.data.get("title") or name),
                "languages": [self.language],
                "pages": msgspec.to_builtins(pages(outline, self.codes)),
            }
        )
        return ImportedQuestionnaire(document, self.notes, dict(self.codes.known), self.options)

    def text(self, words: str) -> Text:
        return {self.language: words}

    def label(self, item: dict[str, Any]) -> Text:
        named = [code.get("display") or code.get("code") for code in item.get("code", [])]
        return self.text(next((w for w in (item.get("text"), *named, item.get("prefix")) if w), item["linkId"]))

    def branches(self, items: list[dict[str, Any]]) -> list[Branch | Item]:
        found: list[Branch | Item] = []
        for item in items:
            kind = item["type"]
            if kind == "display":
                self.notes.append(_("Bỏ lời dẫn “%(code)s”: không phải câu hỏi.") % {"code": item["linkId"]})
                continue
            code = self.codes.of(item["linkId"])
            condition = self.condition(item)
            if kind == "group":
                branch = Branch(code, self.label(item), None, condition)
                if item.get("repeats"):
                    branch.repeat = {"entry": self.text("Mục" if self.language == "vi" else "Entry")}
                branch.children = self.branches(item.get("item", []))
                self.kinds[code] = "entries"
                found.append(branch)
                continue
            question = self.question(item, code)
            if question is not None:
                head = {"code": code, "label": self.label(item), "required": bool(item.get("required"))}
                made: Item = msgspec.convert({**head, **question}, Item)
                found.append(msgspec.structs.replace(made, show_if=condition))
            # Items under a question belong behind it; they have conditions of their own.
            inner = self.branches(item.get("item", []))
            if condition is not None and inner:
                found.append(Branch(self.codes.of(f"{code}_more"), self.label(item), None, condition, inner))
            else:
                found += inner
        return found

    def question(self, item: dict[str, Any], code: str) -> dict[str, Any] | None:
        kind = item["type"]
        if kind == "boolean":
            self.kinds[code], self.options[code] = "boolean", {"Y": "yes", "N": "no"}
            return {"type": "yes_no", "unknown": False}
        if kind in {"choice", "open-choice"}:
            return self.choice(item, code)
        if kind not in _SIMPLE:
            raise RefusedError(
                [_("Câu “%(code)s”: loại “%(kind)s” chưa dùng được ở đây.") % {"code": item["linkId"], "kind": kind}]
            )
        self.kinds[code] = _SIMPLE[kind]
        made: dict[str, Any] = {"type": _SIMPLE[kind]}
        if made["type"] == "decimal":
            made["places"] = 6
        if made["type"] == "text":
            made |= {"longest": min(item.get("maxLength", 1000), 4000), "lines": 4 if kind == "text" else 1}
        if kind == "time":
            self.notes.append(_("Câu “%(code)s”: giờ được ghi bằng chữ, dạng 14:30:00.") % {"code": item["linkId"]})
        return made

    def choice(self, item: dict[str, Any], code: str) -> dict[str, Any] | None:
        choices = dict(_VALUE_SETS.get(item.get("answerValueSet", ""), {}))
        for option in item.get("answerOption", []):
            coding = option.get("valueCoding", {})
            value = coding.get("code") or next((v for k, v in option.items() if k.startswith("value")), None)
            if isinstance(value, str | int):
                choices[str(value)] = str(coding.get("display") or value)
        if len(choices) < (1 if item.get("repeats") else 2):
            self.notes.append(
                _("Bỏ câu “%(code)s”: danh sách lựa chọn không nằm trong tệp.") % {"code": item["linkId"]}
            )
            return None
        if choices.keys() <= _YES_NO_UNKNOWN.keys() and {"Y", "N"} <= choices.keys() and not item.get("repeats"):
            self.kinds[code], self.options[code] = "choice", {one: _YES_NO_UNKNOWN[one] for one in choices}
            self.display[code] = choices
            return {"type": "yes_no", "unknown": len(choices) > len("YN")}
        names = Codes(taken={"not_asked"})
        self.options[code] = {one: names.of(one) for one in choices}
        self.display[code] = choices
        several = bool(item.get("repeats"))
        self.kinds[code] = "choices" if several else "choice"
        rows = [{"code": names.of(one), "label": self.text(words)} for one, words in choices.items()]
        return {"type": self.kinds[code], "options": rows}

    # ---- enableWhen ----

    def condition(self, item: dict[str, Any]) -> Expression | None:
        rows = [self.row(row, item["linkId"]) for row in item.get("enableWhen", [])]
        if not rows:
            return None
        if len(rows) == 1:
            return rows[0]
        return Or(tuple(rows)) if item.get("enableBehavior") == "any" else And(tuple(rows))

    def row(self, row: dict[str, Any], where: str) -> Expression:  # noqa: PLR0911  one return a kind
        code = self.codes.known.get(row["question"])
        if code is None or code not in self.kinds or self.kinds[code] == "entries":
            told = {"where": where, "code": row["question"]}
            raise RefusedError(
                [_("Câu “%(where)s” hỏi tới “%(code)s”, mà không câu nào đứng trước mang mã đó.") % told]
            )
        answer = next(value for key, value in row.items() if key.startswith("answer"))
        sign, asked = row["operator"], Answer(code)
        if sign == "exists":
            return IsAnswered(code) if answer else Not(IsAnswered(code))
        if code in self.options:
            return self.chosen(asked, sign, answer)
        value: Any = answer.get("value", answer.get("code")) if isinstance(answer, dict) else answer
        match sign:
            case "=":
                return Eq(asked, value)
            case "!=":
                return Not(And((IsAnswered(code), Eq(asked, value))))
            case "<":
                return Lt(asked, value)
            case "<=":
                return Le(asked, value)
            case ">":
                return Lt(value, asked)
            case _:
                return Le(value, asked)

    def chosen(self, asked: Answer, sign: str, answer: Any) -> Expression:
        """A comparison with a choice: the options it is true of."""
        wanted = answer.get("code") if isinstance(answer, dict) else answer
        if isinstance(wanted, bool):
            wanted = "Y" if wanted else "N"
        options, shown = self.options[asked.of], self.display.get(asked.of, {})
        fitting = tuple(
            own for foreign, own in options.items() if _fits(sign, foreign, shown.get(foreign, foreign), wanted)
        )
        found: Expression = In(asked, fitting)
        return Not(And((IsAnswered(asked.of), found))) if sign == "!=" else found


def _fits(sign: str, code: str, display: str, wanted: Any) -> bool:
    if sign in {"=", "!="}:
        # "!=" is the opposite of what equals.
        return str(wanted) in {code, display}
    try:
        value, limit = float(code), float(wanted)
    except (TypeError, ValueError):
        return False
    return {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}[sign]
