"""A reading of a passport's code lines: its sentences, and the answers it gives for the form."""

from typing import Any

from django.utils.translation import gettext as _

from lachan.register.forms.document import Choice, Document
from lachan.systems.entry.mrz import Problem, Reading

# Germany's passports say "D" (Doc 9303-3, section 5).
_SHORT = {"D": "deu"}


def sentence(problem: Problem) -> str:
    """What was misread, where, and what to look at."""
    facts = {"line": problem.line, "first": problem.first, "last": problem.last, "found": problem.found}
    match problem.kind:
        case "size" if problem.line:
            facts["wanted"] = problem.found
            return _("Dòng %(line)s có %(last)s ký tự, phải có %(wanted)s. Đếm cả dấu <.") % facts
        case "size":
            return _("Hộ chiếu có hai dòng, mỗi dòng 44 ký tự; thẻ có ba dòng, mỗi dòng 30 ký tự. Gõ đủ, kể cả dấu <.")
        case "sign":
            return _("Dòng %(line)s, ký tự thứ %(first)s là “%(found)s”. Chỉ có chữ in hoa, chữ số và dấu <.") % facts
        case "digit":
            return _("Dòng %(line)s, ký tự thứ %(first)s phải là chữ số. Đang ghi “%(found)s”.") % facts
        case "date":
            return _("Dòng %(line)s, ký tự %(first)s đến %(last)s không phải một ngày. Đang ghi “%(found)s”.") % facts
        case _:
            return _("Dòng %(line)s, ký tự %(first)s đến %(last)s có chỗ gõ nhầm. Xem lại “%(found)s”.") % facts


def answers(reading: Reading, document: Document) -> dict[str, Any]:
    """What the lines answer of the traveller's form."""
    read = reading.values
    question = document.question("nationality")
    known = {option.code for option in question.options} if isinstance(question, Choice) else set()
    nation = _SHORT.get(read["nationality"], read["nationality"].lower())
    found: dict[str, Any] = {
        "name": f"{read['surname']} {read['given']}".strip(),
        "document": read["number"],
        "nationality": nation if nation in known else "other",
    }
    if read["sex"]:
        found["sex"] = read["sex"]
    if len(read["birth"]) > 4:
        found["birth_date"] = read["birth"]
    elif read["birth"]:
        found["birth_year"] = int(read["birth"])
    return found
