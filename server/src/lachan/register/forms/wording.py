"""The words of the validator. Each says what to write and quotes what was typed.

The browser's validator says the same: `python -m lachan.register.forms.wording` writes web/static/forms/words.js, and a
test fails while that file differs.
"""

import json
import sys
from datetime import date

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
# The fixed answers in the languages of forms that the pages themselves do not speak. Written by a machine: a form that
# has one of these languages says so until a speaker has reviewed it (Document.machine_translated).
ANSWERS: dict[str, dict[str, str]] = {
    "vi": {"yes": "Có", "no": "Không", "unknown": "Không rõ", "not_asked": "Chưa hỏi được"},
    "en": {"yes": "Yes", "no": "No", "unknown": "Don't know", "not_asked": "Not asked yet"},
    "zh": {"yes": "是", "no": "否", "unknown": "不清楚", "not_asked": "尚未询问"},
    "ko": {"yes": "예", "no": "아니요", "unknown": "모름", "not_asked": "아직 묻지 않음"},
    "ja": {"yes": "はい", "no": "いいえ", "unknown": "わからない", "not_asked": "未確認"},
    "lo": {"yes": "ແມ່ນ", "no": "ບໍ່", "unknown": "ບໍ່ຮູ້", "not_asked": "ຍັງບໍ່ໄດ້ຖາມ"},
    "km": {"yes": "បាទ/ចាស", "no": "ទេ", "unknown": "មិនដឹង", "not_asked": "មិនទាន់បានសួរ"},
    "ru": {"yes": "Да", "no": "Нет", "unknown": "Не знаю", "not_asked": "Ещё не спрашивали"},
    "fr": {"yes": "Oui", "no": "Non", "unknown": "Je ne sais pas", "not_asked": "Pas encore demandé"},
    "es": {"yes": "Sí", "no": "No", "unknown": "No lo sé", "not_asked": "Aún sin preguntar"},
    "it": {"yes": "Sì", "no": "No", "unknown": "Non so", "not_asked": "Non ancora chiesto"},
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A quoted number as people write it lies between these; what is typed beyond is not spelled out.
_LEAST_QUOTED = 1e-4
_MOST_QUOTED = 60


def number(value: float, language: str, places: int = 0) -> str:
    """37,9 and 2.914 in Vietnamese; 37.9 and 2,914 in other languages."""
    text = f"{value:,.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def day(value: date, language: str) -> str:
    """9/8/2026 in Vietnamese; 9 Aug 2026 in other languages."""
    if language == "vi":
        return f"{value.day}/{value.month}/{value.year}"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def quote(typed: object, language: str) -> str:
    """What was typed, short enough to read back."""
    if isinstance(typed, bool) or typed is None:
        return str(typed).lower()
    if isinstance(typed, dict | list | tuple):
        return "{…}" if isinstance(typed, dict) else "[…]"
    if isinstance(typed, int | float):
        return _quote_number(typed, "," if language == "vi" else ".")
    text = str(typed)
    return text if len(text) <= _MOST_QUOTED else text[:_MOST_QUOTED] + "…"


def _quote_number(typed: int | float, point: str) -> str:
    # The browser's validator must write the same, and its numbers are exact only so far.
    if not abs(typed) < LARGEST or 0 < abs(typed) < _LEAST_QUOTED:
        return "…"
    return str(int(typed)) if typed == int(typed) else repr(typed).replace(".", point)


def for_browser() -> str:
    """The module with these words for the browser's validator."""
    table = json.dumps(WORDS, ensure_ascii=False, indent=2)
    origin = "// Written by `python -m lachan.register.forms.wording`; change the words there."
    return f"{origin}\n\nexport const WORDS = {table};\n"


if __name__ == "__main__":
    sys.stdout.write(for_browser())
