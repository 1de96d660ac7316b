"""What msgspec finds wrong with a body or a query, in the user's language, with the place."""

import re
from collections.abc import Callable

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_TYPES: dict[str, str | Promise] = {
    "str": gettext_lazy("chữ"),
    "int": gettext_lazy("số nguyên"),
    "float": gettext_lazy("số"),
    "bool": gettext_lazy("đúng hoặc sai"),
    "object": gettext_lazy("một nhóm trường"),
    "array": gettext_lazy("một danh sách"),
    "null": gettext_lazy("để trống"),
    "datetime": gettext_lazy("ngày giờ"),
    "date": gettext_lazy("ngày"),
    "uuid": gettext_lazy("mã UUID"),
}


def _types(names: str) -> str:
    return _(" hoặc ").join(str(_TYPES.get(name.strip(), name.strip())) for name in names.split("|"))


def _limit(found: re.Match[str]) -> str:
    values = {"type": _types(found[1]), "sign": found[2], "limit": found[3]}
    return _("cần %(type)s %(sign)s %(limit)s") % values


def _length(found: re.Match[str]) -> str:
    return _("độ dài phải %(sign)s %(limit)s") % {"sign": found[1], "limit": found[2]}


# What msgspec 0.22 says (its own tests list every form), and what a person should read.
_SAID: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    (re.compile(r"Object missing required field `(.+)`"), lambda m: _("thiếu trường %(name)s") % {"name": m[1]}),
    (re.compile(r"Object contains unknown field `(.+)`"), lambda m: _("không có trường %(name)s") % {"name": m[1]}),
    (re.compile(r"Expected `[^`]+` of length (<=|>=|==) (\d+)"), _length),
    (re.compile(r"Expected `([^`]+)` (<=|>=|<|>) ([-\d.e+]+)"), _limit),
    (re.compile(r"Expected `str` matching regex .*", re.DOTALL), lambda m: _("chữ viết chưa đúng mẫu")),
    (
        re.compile(r"Expected `([^`]+)`, got `([^`]+)`"),
        lambda m: _("cần %(wanted)s, nhận %(got)s") % {"wanted": _types(m[1]), "got": _types(m[2])},
    ),
    (re.compile(r"Invalid enum value (.+)", re.DOTALL), lambda m: _("không nhận giá trị %(value)s") % {"value": m[1]}),
    (re.compile(r"Invalid UUID.*"), lambda m: _("cần mã UUID, ví dụ 0190f1c2-7b3a-7c4d-8e5f-0123456789ab")),
    (
        re.compile(r"(Invalid RFC3339 encoded datetime|Expected `datetime` with a timezone component)"),
        lambda m: _("cần ngày giờ kèm múi giờ, ví dụ 2026-08-13T14:42:00+07:00"),
    ),
    (re.compile(r"Invalid RFC3339 encoded date"), lambda m: _("cần ngày, ví dụ 2026-08-13")),
]


def complaint(error: msgspec.ValidationError) -> tuple[str, str | None]:
    """The sentence in the language in force, and the field it is about ("a.b[0]"; None for the whole)."""
    said, _sep, where = str(error).partition(" - at ")
    field = where.strip("`").removeprefix("$").removeprefix(".") or None
    for pattern, words in _SAID:
        if found := pattern.fullmatch(said):
            missing = found[1] if said.startswith("Object missing") else None
            if missing:
                field = f"{field}.{missing}" if field else missing
            return words(found), field
    return _("chưa đọc được"), field
