"""The JSON Schema (2020-12) of a version's answers: what a stored response looks like. Pure.

Skip logic is carried beside the schema as `x-show-if` and constraints as `x-constraint` in the form's own expression
trees: a schema alone cannot say them, so whoever validates with it only learns that the shapes are right.
"""

from typing import Any

import msgspec

from lachan.register.forms import expressions
from lachan.register.forms.document import (
    NO,
    UNKNOWN,
    YES,
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
    Repeat,
    YesNo,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def answers_schema(document: Document, number: int | None = None) -> dict[str, Any]:
    """The schema of `Result.values`; required are the questions that are required and always shown."""
    properties: dict[str, Any] = {}
    required = []
    for page in document.pages:
        if isinstance(page, Repeat):
            properties[page.code] = _repeated(document, page)
            if page.least and page.show_if is None:
                required.append(page.code)
            continue
        group = page if isinstance(page, Group) else None
        for item in page.questions if isinstance(page, Group) else (page,):
            properties[item.code] = _described(document, group, item)
            if _always(item) and (group is None or group.show_if is None):
                required.append(item.code)
    schema: dict[str, Any] = {
        "$schema": DIALECT,
        "title": document.words(document.title, document.languages[0]),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    if number is not None:
        schema["$id"] = f"urn:lachan:form:{document.code}:{number}"
    if required:
        schema["required"] = required
    return schema


def _always(item: Item) -> bool:
    return item.show_if is None and not isinstance(item, Calculation) and item.required


def _repeated(document: Document, page: Repeat) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": "object",
        "properties": {item.code: _described(document, None, item) for item in page.questions},
        "additionalProperties": False,
    }
    required = [item.code for item in page.questions if _always(item)]
    if required:
        entry["required"] = required
    schema = {
        "title": document.words(page.label, document.languages[0]),
        "type": "array",
        # No entries are no answer, as everywhere.
        "minItems": max(page.least, 1),
        "maxItems": page.most,
        "items": entry,
    }
    if page.show_if is not None:
        schema["x-show-if"] = msgspec.to_builtins(page.show_if)
    return schema


def _described(document: Document, group: Group | None, item: Item) -> dict[str, Any]:
    schema = {"title": document.words(item.label, document.languages[0]), **_shape(item)}
    conditions = [p.show_if for p in (group, item) if p is not None and p.show_if is not None]
    if conditions:
        whole = conditions[0] if len(conditions) == 1 else expressions.And(tuple(conditions))
        schema["x-show-if"] = msgspec.to_builtins(whole)
    if not isinstance(item, Calculation) and item.constraint is not None:
        schema["x-constraint"] = msgspec.to_builtins(item.constraint.rule)
    return schema


def _shape(item: Item) -> dict[str, Any]:  # noqa: PLR0911  one return a kind of question
    match item:
        case YesNo():
            return {"enum": [YES, NO, UNKNOWN] if item.unknown else [YES, NO]}
        case Choice():
            return {"enum": [o.code for o in item.options]}
        case Choices():
            shape: dict[str, Any] = {
                "type": "array",
                "items": {"enum": [o.code for o in item.options]},
                "minItems": 1,
                "uniqueItems": True,
            }
            alone = [o.code for o in item.options if o.exclusive]
            if alone:
                shape["anyOf"] = [{"maxItems": 1}, {"not": {"contains": {"enum": alone}}}]
            return shape
        case Integer():
            return {"type": "integer", "minimum": item.least, "maximum": item.most}
        case Decimal():
            return {"type": "number", "minimum": item.least, "maximum": item.most}
        case Line():
            return {"type": "string", "minLength": 1, "maxLength": item.longest}
        case Day():
            return {"type": "string", "format": "date"}
        case Moment():
            return {"type": "string", "format": "date-time", "pattern": "Z$"}
        case Calculation():
            return {"type": ["number", "string"]}
