"""From the rows of a carrier's list to passengers: the columns as carriers name them, every cell judged."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.ground.platform.bulk import Column, NoColumnError, Row, heads
from lachan.ground.platform.text import fold
from lachan.register.people.models import Identifier
from lachan.register.people.queries import identifier_hash
from lachan.systems.entry.actions import row_of
from lachan.systems.entry.matching import name_key

# How carriers head their columns, folded and without punctuation, separated by commas.
_HEADS = {
    "name": "ho ten,name,full name,passenger name,passenger,pax name,pax,ten hanh khach",
    "surname": "surname,last name,lastname,family name,primary identifier",
    "given": "ten,given,given name,given names,first name,firstname,forename,forenames,secondary identifier",
    "document": "so ho chieu,ho chieu,so giay thong hanh,passport,passport no,passport number,passportnumber,ppt no,"
    "document,document no,document number,documentnumber,doc no,doc number,docnum,travel document,"
    "travel document no,travel document number",
    "birth": "nam sinh,ngay thang nam sinh,date of birth,dob,birth,birth date,birthdate,dateofbirth,year of birth,"
    "birth year",
    "nationality": "nat,nationality,citizenship,country of citizenship,nation",
    "seat": "ghe,cho ngoi,seat,seat no,seat number,seatno",
}


def _column(key: str, title: str | Promise, hint: str | Promise = "") -> Column:
    return Column(key, title, hint, tuple(_HEADS[key].split(",")))


COLUMNS = (
    _column("name", gettext_lazy("Họ và tên"), gettext_lazy("Hoặc hai cột riêng: Họ, và Tên đệm và tên")),
    _column("surname", gettext_lazy("Họ")),
    _column("given", gettext_lazy("Tên đệm và tên")),
    _column("document", gettext_lazy("Số giấy tờ"), gettext_lazy("Hộ chiếu hoặc giấy thông hành")),
    _column("birth", gettext_lazy("Ngày sinh"), "4/3/1988"),
    _column("nationality", gettext_lazy("Quốc tịch")),
    _column("seat", gettext_lazy("Số ghế"), "17C"),
)
EXAMPLE = ("KAEWMANEE SOMCHAI", "", "", "AC1234417", "4/3/1988", "THA", "17C")
MAX_NAME, MAX_DOCUMENT, MAX_SEAT = 100, 30, 6
_MARKS = re.compile(r"[\s._/\\()\-:#]+")
# What carriers put after a given name.
_TITLES = {"mr", "mrs", "ms", "miss", "mstr", "mss", "chd", "inf", "dr"}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[ T].*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})")
_MONTH_NAMED = re.compile(r"(\d{1,2})[-./ ]?([a-z]{3})[a-z]*[-./ ]?(\d{4}|\d{2})")
OLDEST = 120


class _MendError(Exception):
    """What a cell should say instead."""


def where(head: Sequence[str]) -> dict[str, int]:
    """Where each known column stands. Raises NoColumnError for a list without names."""
    found = heads([_MARKS.sub(" ", cell).strip() for cell in head], COLUMNS)
    if "name" not in found and "surname" not in found:
        raise NoColumnError(str(COLUMNS[0].title))
    return found


def judged(rows: list[list[str]], on: date) -> Iterator[Row]:
    """Every row under the head that is not blank. Raises NoColumnError at once."""
    columns = where(rows[0])
    seen: dict[object, int] = {}
    return (_judge(number, cells, columns, on, seen) for number, cells in enumerate(rows[1:], start=1) if cells)


def _judge(number: int, cells: list[str], columns: dict[str, int], on: date, seen: dict[object, int]) -> Row:
    row = Row(number, cells)
    read = {c.key: cells[columns[c.key]] if columns.get(c.key, len(cells)) < len(cells) else "" for c in COLUMNS}
    for key, judge in (("name", _name), ("document", _document), ("birth", _birth), ("seat", _seat)):
        try:
            row.values |= judge(read, on)
        except _MendError as error:
            row.faults.append((key if key in columns else _stands_for(key, columns), str(error)))
    row.values["nationality"] = read["nationality"][:40]
    if row.faults:
        return row
    if not (row.values["document_hash"] or row.values["birth_date"] or row.values["birth_year"]):
        row.faults.append((_stands_for("document", columns), _("Ghi số giấy tờ hoặc ngày sinh, để tìm tờ khai.")))
        return row
    first = seen.setdefault(identity(row), number)
    if first != number:
        said = _("Người này đã có ở dòng %(number)d của tệp. Bỏ một dòng.") % {"number": first + 1}
        row.faults.append((_stands_for("document", columns), said))
    return row


def _stands_for(key: str, columns: dict[str, int]) -> str:
    """The column to mark for a fault, where the list has not that very one."""
    return next((one for one in (key, "surname", "name", "birth") if one in columns), "name")


def identity(row: Row) -> object:
    """What makes two rows the same passenger: the document, else name and birth."""
    values = row.values
    return values["document_hash"] or (values["name_key"], values["birth_date"], values["birth_year"])


def _name(read: dict[str, str], _on: date) -> dict[str, Any]:
    surname, given = read["surname"], read["given"]
    if not surname and not given:
        # As in a reservation: SURNAME/GIVEN MR.
        surname, _slash, given = read["name"].partition("/")
    words = given.split()
    if words and fold(words[-1]).rstrip(".") in _TITLES and (len(words) > 1 or surname):
        words.pop()
    surname, given = surname.strip(), " ".join(words)
    name = f"{surname} {given}".strip()
    if not name_key(name):
        raise _MendError(_("Ghi họ và tên như trong hộ chiếu."))
    if len(name) > MAX_NAME:
        raise _MendError(_("Rút ngắn còn %(limit)d chữ.") % {"limit": MAX_NAME})
    return {"surname": surname, "given": given, "name_key": name_key(name)}


def _document(read: dict[str, str], _on: date) -> dict[str, Any]:
    typed = read["document"]
    if not typed:
        return {"document": None, "document_hash": None}
    bare = re.sub(r"[\s.\-/<]+", "", typed).upper()
    if not (bare.isascii() and bare.isalnum() and 4 <= len(bare) <= MAX_DOCUMENT):
        raise _MendError(_("Số giấy tờ chỉ có chữ cái và chữ số. Ô đang ghi “%(typed)s”.") % {"typed": typed[:40]})
    return {"document": bare, "document_hash": identifier_hash(Identifier.Kind.PASSPORT, bare)}


def _birth(read: dict[str, str], on: date) -> dict[str, Any]:
    typed = read["birth"].strip()
    if not typed:
        return {"birth_date": None, "birth_year": None}
    if typed.isascii() and typed.isdigit() and len(typed) == 4:
        day, year = None, int(typed)
    else:
        day = birth_typed(typed, on)
        year = day.year if day else 0
    if not on.year - OLDEST <= year <= on.year or (day and day > on):
        said = _("Ghi ngày, tháng, năm sinh, ví dụ 4/3/1988 hoặc 1988-03-04. Ô đang ghi “%(typed)s”.")
        raise _MendError(said % {"typed": typed[:40]})
    return {"birth_date": day, "birth_year": None if day else year}


def birth_typed(typed: str, on: date) -> date | None:
    """The one day that the cell can mean, as lists write it: ISO, day first, 04MAR88, 19880304. None when unsure."""
    text = fold(typed)
    candidates: list[tuple[int, int, int]] = []
    if match := _ISO.fullmatch(text.upper().replace("T", " ")) or _ISO.fullmatch(text):
        candidates = [(int(match[1]), int(match[2]), int(match[3]))]
    elif match := _DAY_FIRST.fullmatch(text):
        candidates = [(int(match[3]), int(match[2]), int(match[1]))]
    elif (match := _MONTH_NAMED.fullmatch(text)) and match[2] in _MONTHS:
        candidates = [(_century(int(match[3]), on), _MONTHS.index(match[2]) + 1, int(match[1]))]
    elif text.isascii() and text.isdigit() and len(text) == 8:
        candidates = [
            (int(text[:4]), int(text[4:6]), int(text[6:])),
            (int(text[4:]), int(text[2:4]), int(text[:2])),
        ]
    elif text.isascii() and text.isdigit() and len(text) == 6:
        candidates = [
            (_century(int(text[:2]), on), int(text[2:4]), int(text[4:])),
            (_century(int(text[4:]), on), int(text[2:4]), int(text[:2])),
        ]
    days = {day for parts in candidates if (day := _day(*parts)) and on.year - OLDEST <= day.year and day <= on}
    return days.pop() if len(days) == 1 else None


def _century(year: int, on: date) -> int:
    if year > 99:
        return year
    return 2000 + year if year <= on.year % 100 else 1900 + year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _seat(read: dict[str, str], _on: date) -> dict[str, Any]:
    seat = read["seat"].replace(" ", "").upper()
    if len(seat) > MAX_SEAT:
        raise _MendError(_("Ghi số ghế, ví dụ 17C. Ô đang ghi “%(typed)s”.") % {"typed": seat[:40]})
    return {"seat": seat, "seat_row": row_of(seat)}
