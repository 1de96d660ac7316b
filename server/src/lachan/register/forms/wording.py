"""The words of the validator. Each says what to write and quotes what was typed.

The browser's validator says the same: `python -m lachan.register.forms.wording` writes web/static/forms/words.js, and a
test fails while that file differs.
"""

import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

import msgspec

from lachan.ground.platform import languages
from lachan.register.forms.document import Text
from lachan.register.forms.expressions import LARGEST

WORDS: dict[str, Text] = {
    "required_choice": {"vi": "{name}: chọn một câu trả lời", "en": "{name}: choose an answer"},
    "required_choices": {"vi": "{name}: chọn ít nhất một ô", "en": "{name}: choose at least one"},
    "required_entry": {"vi": "{name}: ghi câu trả lời", "en": "{name}: write an answer"},
    "not_a_choice": {
        "vi": "{name}: chọn một trong các câu có sẵn. Đang nhận “{typed}”",
        "en": "{name}: choose one of the answers given. You entered “{typed}”",
    },
    "exclusive": {
        "vi": "{name}: đã chọn “{option}” thì bỏ các ô khác",
        "en": "{name}: if you choose “{option}”, clear the other boxes",
    },
    "not_an_integer": {
        "vi": "{name}: ghi một số nguyên, ví dụ {example}. Ô đang ghi {typed}",
        "en": "{name}: enter a whole number, for example {example}. You entered {typed}",
    },
    "not_a_number": {
        "vi": "{name}: ghi một số, ví dụ {example}. Ô đang ghi {typed}",
        "en": "{name}: enter a number, for example {example}. You entered {typed}",
    },
    "places_0": {
        "vi": "{name}: ghi số tròn, ví dụ {example}. Ô đang ghi {typed}",
        "en": "{name}: enter a whole number, for example {example}. You entered {typed}",
    },
    "places": {
        "vi": "{name}: ghi nhiều nhất {places} số lẻ, ví dụ {example}. Ô đang ghi {typed}",
        "en": "{name}: use at most {places} decimal places, for example {example}. You entered {typed}",
    },
    "between": {
        "vi": "{name} phải từ {least} đến {most}{unit}. Ô đang ghi {typed}",
        "en": "{name} must be from {least} to {most}{unit}. You entered {typed}",
    },
    "at_least": {
        "vi": "{name} phải từ {least}{unit} trở lên. Ô đang ghi {typed}",
        "en": "{name} must be {least}{unit} or more. You entered {typed}",
    },
    "at_most": {
        "vi": "{name} phải từ {most}{unit} trở xuống. Ô đang ghi {typed}",
        "en": "{name} must be {most}{unit} or less. You entered {typed}",
    },
    "not_text": {"vi": "{name}: ghi bằng chữ", "en": "{name}: write it in words"},
    "too_long": {
        "vi": "{name}: ghi nhiều nhất {longest} chữ cái. Ô đang có {length}",
        "en": "{name}: use at most {longest} characters. You have {length}",
    },
    "not_a_day": {
        "vi": "{name}: ghi ngày, tháng, năm, ví dụ {example}. Ô đang ghi {typed}",
        "en": "{name}: enter day, month and year, for example {example}. You entered {typed}",
    },
    "not_a_moment": {
        "vi": "{name}: ghi ngày và giờ, ví dụ {example} 14:30. Ô đang ghi {typed}",
        "en": "{name}: enter day and time, for example {example} 14:30. You entered {typed}",
    },
    "too_early": {
        "vi": "{name} phải từ ngày {earliest} trở đi. Ô đang ghi {typed}",
        "en": "{name} must be {earliest} or later. You entered {typed}",
    },
    "too_late": {
        "vi": "{name} phải từ ngày {latest} trở về trước. Ô đang ghi {typed}",
        "en": "{name} must be {latest} or earlier. You entered {typed}",
    },
    "not_entries": {
        "vi": "{name}: ghi thành danh sách, mỗi {entry} một mục. Đang nhận “{typed}”",
        "en": "{name}: send a list with one item for each {entry}. Got “{typed}”",
    },
    "too_few_entries": {
        "vi": "{name}: thêm cho đủ ít nhất {least} {entry}. Đang có {typed}",
        "en": "{name}: add at least {least} ({entry}). You have {typed}",
    },
    "too_many_entries": {
        "vi": "{name}: khai nhiều nhất {most} {entry}. Đang có {typed}",
        "en": "{name}: at most {most} ({entry}). You have {typed}",
    },
    "unknown_question": {
        "vi": "Tờ khai này không có câu “{typed}”",
        "en": "This form has no question “{typed}”",
    },
    "not_answers": {
        "vi": "Câu trả lời phải là một danh sách tên câu và giá trị",
        "en": "Answers must be an object of question codes and values",
    },
}
ANSWERS: dict[str, dict[str, str]] = {
    "vi": {"yes": "Có", "no": "Không", "unknown": "Không rõ", "not_asked": "Chưa hỏi được"},
    "en": {"yes": "Yes", "no": "No", "unknown": "Don't know", "not_asked": "Not asked yet"},
}
_FOLDER = Path(__file__).parent / "words"


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    """A file of words/<language>.toml."""

    reviewed_by: str
    reviewed_on: str
    answers: dict[str, str]
    words: dict[str, str]


# The languages that the product's own pages do not speak. Written by a machine, and said so to every reader until a
# speaker has put name and day into the file.
_MADE: dict[str, _Words] = {
    path.stem: msgspec.toml.decode(path.read_bytes(), type=_Words) for path in sorted(_FOLDER.glob("*.toml"))
}
for _language, _file in _MADE.items():
    ANSWERS[_language] = _file.answers
    for _key, _sentence in _file.words.items():
        WORDS[_key][_language] = _sentence
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A quoted number as people write it lies between these; what is typed beyond is not spelled out.
_LEAST_QUOTED = 1e-4
_MOST_QUOTED = 60


def unreviewed(language: str) -> bool:
    """Whether the product's own words in that language are a machine's, which no speaker has reviewed."""
    return language in _MADE and not (_MADE[language].reviewed_by and _MADE[language].reviewed_on)


def number(value: float, language: str, places: int = 0, *, grouped: bool = True) -> str:
    """37,9 and 2.914 in Vietnamese; 37.9 and 2,914 in English. A year is not grouped."""
    return languages.separated(f"{value:,.{places}f}" if grouped else f"{value:.{places}f}", language)


def day(value: date, language: str) -> str:
    """9/8/2026 in Vietnamese; 9 Aug 2026 in English; the others as languages.py says."""
    return languages.day(value, language) or f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def quote(typed: object, language: str) -> str:
    """What was typed, short enough to read back."""
    if isinstance(typed, bool) or typed is None:
        return str(typed).lower()
    if isinstance(typed, dict | list | tuple):
        return "{…}" if isinstance(typed, dict) else "[…]"
    if isinstance(typed, int | float):
        return _quote_number(typed, languages.habits(language).point)
    text = str(typed)
    return text if len(text) <= _MOST_QUOTED else text[:_MOST_QUOTED] + "…"


def _quote_number(typed: int | float, point: str) -> str:
    # The browser's validator must write the same, and its numbers are exact only so far.
    if not abs(typed) < LARGEST or 0 < abs(typed) < _LEAST_QUOTED:
        return "…"
    return str(int(typed)) if typed == int(typed) else repr(typed).replace(".", point)


def for_browser() -> str:
    """The module with these words, and how each language writes days and numbers, for the browser's validator."""
    origin = "// Written by `python -m lachan.register.forms.wording`; change the words there."
    table = json.dumps(WORDS, ensure_ascii=False, indent=2)
    habits = {language: asdict(one) for language, one in languages.HABITS.items()}
    return (
        f"{origin}\n\nexport const WORDS = {table};\n\n"
        f"export const HABITS = {json.dumps(habits, ensure_ascii=False, indent=2)};\n"
    )


if __name__ == "__main__":
    sys.stdout.write(for_browser())
