"""From the rows of a spreadsheet to places: every cell judged, with the mend beside what can't be used."""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import time
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.ground.platform import bulk
from lachan.ground.platform.bulk import Column
from lachan.ground.platform.text import fold
from lachan.register.access import phones
from lachan.register.areas import queries as areas
from lachan.register.areas.models import Level
from lachan.register.areas.spelling import query_keys
from lachan.register.places.actions import MAX_CAPACITY, MAX_STAY_MINUTES
from lachan.register.places.forms import MAX_ADDRESS, MAX_NAME
from lachan.register.places.models import Place

COLUMNS = (
    Column(
        "name",
        gettext_lazy("Tên nơi"),
        gettext_lazy("Như trên biển hiệu"),
        ("ten noi", "ten", "ten co so", "name"),
        True,
    ),
    Column(
        "kind",
        gettext_lazy("Loại nơi"),
        gettext_lazy("Ví dụ chợ, trường học"),
        ("loai noi", "loai", "loai hinh", "kind"),
        True,
    ),
    Column("address", gettext_lazy("Số nhà, đường"), "", ("so nha, duong", "dia chi", "duong", "address")),
    Column(
        "commune",
        gettext_lazy("Phường, xã"),
        gettext_lazy("Tên cũ hay mới đều được"),
        ("phuong, xa", "phuong xa", "phuong/xa", "xa", "commune"),
        True,
    ),
    Column(
        "province",
        gettext_lazy("Tỉnh, thành phố"),
        "",
        ("tinh, thanh pho", "tinh thanh pho", "tinh/thanh pho", "tinh", "province"),
        True,
    ),
    Column(
        "phone",
        gettext_lazy("Điện thoại chủ"),
        gettext_lazy("Người này nhận làm chủ khi đăng nhập"),
        ("dien thoai chu", "dien thoai", "so dien thoai", "phone"),
    ),
    Column("opens", gettext_lazy("Giờ mở cửa"), "07:30", ("gio mo cua", "gio mo", "opens")),
    Column("closes", gettext_lazy("Giờ đóng cửa"), "18:00", ("gio dong cua", "gio dong", "closes")),
    Column("capacity", gettext_lazy("Sức chứa"), gettext_lazy("Số người cùng lúc"), ("suc chua", "capacity")),
    Column("minutes", gettext_lazy("Khách thường ở (phút)"), "", ("khach thuong o (phut)", "thoi gian o", "minutes")),
    Column("latitude", gettext_lazy("Vĩ độ"), "16.0605", ("vi do", "latitude", "lat")),
    Column("longitude", gettext_lazy("Kinh độ"), "108.2230", ("kinh do", "longitude", "lon", "lng")),
)
EXAMPLE = (
    "Chợ Đầu Cầu",
    "chợ",
    "12 Trần Phú",
    "Hải Châu",
    "Đà Nẵng",
    "0905000418",
    "05:00",
    "18:00",
    "300",
    "30",
    "",
    "",
)


@dataclass(slots=True)
class Row(bulk.Row):
    """A row judged; `twin` names the place or row it seems to repeat."""

    @property
    def identity(self) -> tuple[str, str, int]:
        """What makes two rows the same place, as far as words can tell."""
        return fold(self.values["name"]), fold(self.values["address"]), self.values["area"]


@cache
def _kinds() -> dict[str, str]:
    """Every word for a kind: its code, its label and each half of a label with a comma, in both languages."""
    found: dict[str, str] = {}
    for kind in Place.Kind:
        words = [kind.value, _KIND_WORDS.get(kind, ""), *_KIND_WORDS.get(kind, "").split(",")]
        found |= {fold(word): kind.value for word in words if word.strip()}
    return found


# The labels as they are in the source: the file's language is not the page's.
_KIND_WORDS = {
    Place.Kind.OFFICE: "công sở,cơ quan,văn phòng",
    Place.Kind.HOSPITAL: "bệnh viện,trạm y tế,phòng khám",
    Place.Kind.SCHOOL: "trường học,trường,nhà trẻ",
    Place.Kind.SUPERMARKET: "siêu thị",
    Place.Kind.MARKET: "chợ",
    Place.Kind.LODGING: "cơ sở lưu trú,khách sạn,nhà nghỉ",
    Place.Kind.RESTAURANT: "nhà hàng,quán ăn,quán",
    Place.Kind.TRANSPORT: "bến xe,nhà ga,sân bay,bến tàu",
    Place.Kind.WORSHIP: "cơ sở tôn giáo,chùa,nhà thờ",
    Place.Kind.EVENT: "sự kiện",
    Place.Kind.OTHER: "nơi khác,khác",
}


class Judge:
    """Judges rows for one importer. `allowed`: the communes where places may be made; None for everywhere."""

    def __init__(self, columns: dict[str, int], allowed: frozenset[int] | None) -> None:
        self._columns, self._allowed = columns, allowed
        self._communes: dict[tuple[str, str], int | str] = {}
        self._exact = _exact_names()
        self._seen: dict[tuple[str, str, int], int] = {}

    def row(self, number: int, cells: list[str]) -> Row:
        """The row (1 is the first under the head) with its values or its faults."""
        row = Row(number, cells)
        read = {key: cells[at] if at < len(cells) else "" for key, at in self._columns.items()}
        read = {column.key: read.get(column.key, "") for column in COLUMNS}
        for key, judge in _CELLS.items():
            try:
                row.values[key] = judge(read[key])
            except _MendError as error:
                row.faults.append((key, str(error)))
        self._place(row, read)
        _pairs(row)
        if not row.faults:
            first = self._seen.setdefault(row.identity, number)
            if first != number:
                row.twin = _("dòng %(number)s của tệp") % {"number": first + 1}
        return row

    def _place(self, row: Row, read: dict[str, str]) -> None:
        if not read["commune"]:
            row.faults.append(("commune", _("Ghi tên phường, xã.")))
            return
        key = (read["commune"], read["province"])
        if key not in self._communes:
            self._communes[key] = self._commune(*key)
        found = self._communes[key]
        if isinstance(found, str):
            row.faults.append(("commune", found))
        elif self._allowed is not None and found not in self._allowed:
            row.faults.append(("commune", _("Nơi này ngoài phạm vi phụ trách của người nhập.")))
        else:
            row.values["area"] = found

    def _commune(self, commune: str, province: str) -> int | str:
        """The id of the commune, or what to write instead."""
        key = tuple(query_keys(f"{commune}, {province}"))
        exact = self._exact.get(key, ())
        if len(exact) == 1:
            return next(iter(exact))
        ids: list[int] = []
        for hit in areas.search(f"{commune}, {province}", levels=[Level.COMMUNE], limit=12):
            ids += [hit.area_id] if hit.in_force else [successor.area_id for successor in hit.successors]
        ids = list(dict.fromkeys(ids))
        if len(ids) == 1:
            return ids[0]
        said = {"typed": f"{commune}, {province}"[:60]}
        if not ids:
            return _("Chưa thấy phường, xã nào tên “%(typed)s”. Ghi tên kèm tỉnh, ví dụ Hải Châu, Đà Nẵng.") % said
        names = "; ".join(areas.paths(ids[:4]).values())
        return _("“%(typed)s” có thể là: %(names)s. Ghi đúng một tên.") % (said | {"names": names})


def _exact_names() -> dict[tuple[str, ...], set[int]]:
    """Communes in force by their names as search keys, with and without the kind of unit, over their province's."""
    from lachan.register.areas.spelling import bare_key, search_key

    found: dict[tuple[str, ...], set[int]] = {}
    for pk, name, above in areas.in_force(Level.COMMUNE).values_list("pk", "name", "parent__name"):
        for own in {search_key(name), bare_key(name)}:
            for upper in {search_key(above or ""), bare_key(above or "")}:
                found.setdefault((own, upper), set()).add(pk)
    return found


class _MendError(Exception):
    """What a cell should say instead."""


def _name(text: str) -> str:
    if not text:
        raise _MendError(_("Ghi tên nơi này."))
    if len(text) > MAX_NAME:
        raise _MendError(_("Rút ngắn còn %(limit)d chữ.") % {"limit": MAX_NAME})
    return text


def _kind(text: str) -> str:
    found = _kinds().get(fold(text))
    if found is None:
        choices = ", ".join(str(kind.label) for kind in Place.Kind)
        raise _MendError(
            _("Ghi một trong: %(choices)s. Ô đang ghi “%(typed)s”.") % {"choices": choices, "typed": text[:40]}
        )
    return found


def _address(text: str) -> str:
    if len(text) > MAX_ADDRESS:
        raise _MendError(_("Rút ngắn còn %(limit)d chữ.") % {"limit": MAX_ADDRESS})
    return text


@cache
def _known_phone(text: str) -> str:
    return phones.normalise(text, mobile=True)


def _phone(text: str) -> str:
    if not text:
        return ""
    try:
        return _known_phone(text)
    except phones.NotAPhoneError as error:
        raise _MendError(str(error)) from None


_CLOCK = re.compile(r"^(\d{1,2})(?:[:hg.](\d{2})?)?(?::\d{2})?$", re.IGNORECASE)


def _clock(text: str) -> time | None:
    """ "7:30", "7h30", "7h", "07:30:00", or the fraction of a day that a spreadsheet keeps."""
    if not text:
        return None
    match = _CLOCK.match(text.replace(" ", ""))
    try:
        if match:
            return time(int(match[1]) % 24, int(match[2] or 0))
        fraction = float(text.replace(",", "."))
        if 0 < fraction < 1:
            minutes = round(fraction * 1440)
            return time(minutes // 60, minutes % 60)
    except ValueError:
        pass
    raise _MendError(_("Ghi giờ và phút, ví dụ 07:30. Ô đang ghi “%(typed)s”.") % {"typed": text[:20]})


def _whole(limit: int) -> Callable[[str], int | None]:
    def judge(text: str) -> int | None:
        if not text:
            return None
        bare = text.replace(".", "").replace(",", "").replace(" ", "")
        if not (bare.isascii() and bare.isdigit() and 1 <= int(bare[:9]) <= limit):
            raise _MendError(
                _("Ghi số nguyên từ 1 đến %(limit)s, hoặc để trống. Ô đang ghi “%(typed)s”.")
                % {"limit": limit, "typed": text[:20]}
            )
        return int(bare[:9])

    return judge


def _degrees(least: float, most: float) -> Callable[[str], float | None]:
    def judge(text: str) -> float | None:
        if not text:
            return None
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise _MendError(
                _("Ghi độ thập phân từ %(least)s đến %(most)s, ví dụ 16.0605. Ô đang ghi “%(typed)s”.")
                % {"least": least, "most": most, "typed": text[:20]}
            )
        return value

    return judge


_CELLS: dict[str, Callable[[str], Any]] = {
    "name": _name,
    "kind": _kind,
    "address": _address,
    "phone": _phone,
    "opens": _clock,
    "closes": _clock,
    "capacity": _whole(MAX_CAPACITY),
    "minutes": _whole(MAX_STAY_MINUTES),
    # Việt Nam with its islands, and some sea.
    "latitude": _degrees(6.0, 24.0),
    "longitude": _degrees(101.0, 118.0),
}


def _pairs(row: Row) -> None:
    """What two cells must say together."""
    bad = {key for key, _mend in row.faults}
    values = row.values
    if not {"opens", "closes"} & bad:
        opens, closes = values["opens"], values["closes"]
        if (opens is None) != (closes is None):
            lacking = "opens" if opens is None else "closes"
            row.faults.append((lacking, _("Ghi cả giờ mở và giờ đóng, hoặc để trống cả hai.")))
        elif opens is not None and opens == closes:
            row.faults.append(("closes", _("Giờ đóng cửa phải khác giờ mở cửa")))
    if not {"latitude", "longitude"} & bad and (values["latitude"] is None) != (values["longitude"] is None):
        lacking = "latitude" if values["latitude"] is None else "longitude"
        row.faults.append((lacking, _("Ghi cả vĩ độ và kinh độ, hoặc để trống cả hai.")))


def judged(rows: list[list[str]], allowed: frozenset[int] | None) -> Iterator[Row]:
    """Every row under the head that is not blank. Raises NoColumnError at once."""
    judge = Judge(bulk.heads(rows[0], COLUMNS), allowed)
    return (judge.row(number, cells) for number, cells in enumerate(rows[1:], start=1) if cells)


def known_twins(rows: Iterable[Row]) -> None:
    """Mark the rows whose name, address and commune a place of the register already has."""
    wanted: dict[tuple[str, str, int], list[Row]] = {}
    for row in rows:
        if not row.faults:
            wanted.setdefault(row.identity, []).append(row)
    communes = list({identity[2] for identity in wanted})
    found = Place.objects.filter(area__in=communes, closed_at=None).values_list("folded", "address", "area_id", "name")
    for folded, address, area, name in found.iterator(chunk_size=10_000):
        for row in wanted.get((folded, fold(address), area), ()):
            row.twin = _("%(name)s đã đăng ký") % {"name": name}
