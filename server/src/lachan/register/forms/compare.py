"""What changed between two versions of a form, question by question, for an officer to read. Pure."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from lachan.register.forms.document import Document, Group, Repeat

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"


@dataclass(frozen=True)
class Change:
    """One part of the form: a question, a group, or the form as a whole (code ""). `rows` are field, before, after."""

    kind: str
    code: str
    name: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)


def _parts(document: Document) -> dict[str, dict[str, Any]]:
    parts: dict[str, dict[str, Any]] = {}
    for page in document.pages:
        inside = page.questions if isinstance(page, Group | Repeat) else ()
        data = _plain(page)
        data.pop("questions", None)
        parts[page.code] = data
        for item in inside:
            parts[item.code] = _plain(item) | {"group": page.code}
    return parts


def _plain(part: Any) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(part)
    return data


def compare(before: Document, after: Document, language: str) -> list[Change]:
    """Every difference, in the order of the newer version; what went is told last."""
    old, new = _parts(before), _parts(after)
    found: list[Change] = []
    whole = [_plain(d) for d in (before, after)]
    rows = _rows(*({k: v for k, v in data.items() if k != "pages"} for data in whole))
    if rows:
        found.append(Change(CHANGED, "", after.words(after.title, language), rows))
    stayed = [code for code in old if code in new]
    order = {code: place for place, code in enumerate(code for code in new if code in old)}
    for code, data in new.items():
        name = after.words(data.get("short") or data["label"], language)
        if code not in old:
            found.append(Change(ADDED, code, name, _rows({}, data)))
            continue
        rows = _rows(old[code], data)
        if rows:
            found.append(Change(CHANGED, code, name, rows))
        elif stayed.index(code) != order[code]:
            found.append(Change(MOVED, code, name))
    for code, data in old.items():
        if code not in new:
            found.append(Change(REMOVED, code, before.words(data.get("short") or data["label"], language)))
    return found


def _rows(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    old, new = _flat(before), _flat(after)
    keys = [*new, *(key for key in old if key not in new)]
    return [(key, old.get(key, ""), new.get(key, "")) for key in keys if old.get(key, "") != new.get(key, "")]


def _flat(data: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Each field on a line of its own; options by their code, words by their language, logic as it is stored."""
    flat: dict[str, str] = {}
    for key, value in data.items():
        name = f"{prefix}{key}"
        if value is None or value == [] or key == "code":
            continue
        if key == "options":
            for option in value:
                flat |= _flat(option, f"{name}.{option['code']}.")
        elif isinstance(value, dict) and "op" not in value:
            flat |= _flat(value, f"{name}.")
        elif isinstance(value, str):
            flat[name] = value
        else:
            flat[name] = msgspec.json.encode(value).decode()
    return flat
