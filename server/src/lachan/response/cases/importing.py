"""Importing a line list into an outbreak: all rows or the good ones, dry or for real, again without doubling anyone."""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.people.actions import register_person
from lachan.response.cases.actions import record_case
from lachan.response.cases.linelist import MAX_ROWS, MAX_TEXT, Line, LineListError, Reject, decode, parse
from lachan.response.cases.models import Case, Outbreak


@dataclass(frozen=True)
class RejectedValue:
    """A value that cannot be used, for people: the row and column of the file, what it says, what to write instead."""

    row: int
    column: str
    value: str
    mend: str


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or (dry run) would do.

    `stored` is False for a dry run and when rows were rejected without `keep_good`. `links` counts infectors among the
    new cases; `known` counts rows that were imported before; `ignored` names columns that nobody reads.
    """

    rows: int
    new: int
    known: int
    links: int
    stored: bool
    dry_run: bool
    rejects: list[RejectedValue]
    ignored: list[str]
    numbers: list[str] = field(default_factory=list)


class UnreadableFile(Exception):  # noqa: N818  named for what it is
    """The file is no line list. str() is a sentence that says what to do."""


def _mend(reject: Reject) -> str:
    sentences = {
        "empty": _("Ghi mã của ca."),
        "twice": _("Mã này đã có ở dòng %(detail)s. Mỗi ca một mã."),
        "date": _("Ghi ngày dạng 2026-08-09 hoặc 9/8/2026."),
        "future": _("Ngày phải từ hôm nay trở về trước."),
        "no_date": _("Ghi ngày khởi phát hoặc ngày lấy mẫu."),
        "sex": _("Ghi nam, nữ, khác, hoặc để trống nếu chưa hỏi."),
        "age": _("Ghi số tuổi từ 0 đến 125, hoặc để trống."),
        "status": _("Ghi nghi ngờ, có thể hoặc xác định."),
        "long": _("Rút ngắn còn %(limit)d chữ."),
        "unknown": _("Không có ca nào mang mã %(detail)s. Sửa mã, hoặc để trống nếu chưa rõ nguồn lây."),
        "self": _("Một ca không thể tự lây cho mình. Sửa mã, hoặc để trống."),
        "circle": _("Các nguồn lây nối thành vòng qua ca này. Sửa một mã trong vòng."),
        "lost": _("Ca %(detail)s là nguồn lây nhưng dòng của ca đó chưa nhập được. Sửa dòng đó trước."),
    }
    return sentences[reject.code] % {"detail": reject.detail, "limit": MAX_TEXT}


def _sentence(error: LineListError) -> str:
    sentences = {
        "encoding": _("Tệp chưa ở dạng UTF-8. Lưu lại thành “CSV UTF-8” rồi nhập."),
        "broken": _("Không đọc được dòng %(detail)s của tệp. Mở tệp, lưu lại thành “CSV UTF-8” rồi nhập."),
        "empty": _("Tệp chưa có dòng nào sau dòng tiêu đề."),
        "no_id": _("Không thấy cột mã ca (case_id, mã ca). Các cột đang có: %(detail)s."),
        "no_date": _("Không thấy cột ngày khởi phát hay ngày lấy mẫu. Các cột đang có: %(detail)s."),
        "too_long": _("Tệp có quá %(limit)d dòng. Chia thành nhiều tệp."),
    }
    return sentences[error.code] % {"detail": error.detail, "limit": MAX_ROWS}


def import_line_list(
    path: Path, *, outbreak: Outbreak, keep_good: bool, dry_run: bool, by: Account | None
) -> ImportReport:
    """Import the CSV at `path`. Raises UnreadableFile, OSError; CaseError when the outbreak is closed."""
    return import_content(path.read_bytes(), outbreak=outbreak, keep_good=keep_good, dry_run=dry_run, by=by)


@transaction.atomic
def import_content(
    content: bytes, *, outbreak: Outbreak, keep_good: bool, dry_run: bool, by: Account | None
) -> ImportReport:
    """As import_line_list, from the bytes of an upload."""
    rows = Case.objects.filter(outbreak=outbreak).exclude(line_id="").select_related("infector")
    stored = {case.line_id: case for case in rows}
    known = {line_id: case.infector.line_id if case.infector else "" for line_id, case in stored.items()}
    try:
        found = parse(decode(content), known=known, today=timezone.localdate())
    except LineListError as error:
        raise UnreadableFile(_sentence(error)) from error
    fresh = [line for line in found.lines if line.id not in stored]
    stores = not dry_run and (keep_good or not found.rejects)
    numbers = _store(fresh, outbreak, stored, by) if stores else []
    return ImportReport(
        rows=found.rows,
        new=len(fresh),
        known=len(found.lines) - len(fresh),
        links=sum(1 for line in fresh if line.infector),
        stored=stores,
        dry_run=dry_run,
        rejects=[RejectedValue(r.row, r.column, r.value, _mend(r)) for r in found.rejects],
        ignored=found.ignored,
        numbers=numbers,
    )


def _store(lines: list[Line], outbreak: Outbreak, cases: dict[str, Case], by: Account | None) -> list[str]:
    this_year = timezone.localdate().year
    for line in lines:
        day = line.onset or line.sampled
        born = day.year - line.age if day and line.age is not None else None
        person = register_person(
            name=line.name or _("Ca %(id)s") % {"id": line.id},
            area=outbreak.area,
            # The register takes living people's years only; an old list's ages stay in the list.
            birth_year=born if born is not None and born >= this_year - 125 else None,
            sex=line.sex,
        )
        cases[line.id] = record_case(
            outbreak=outbreak,
            person=person,
            by=by,
            status=line.status,
            onset_on=line.onset,
            sampled_on=line.sampled,
            infector=cases[line.infector] if line.infector else None,
            line_id=line.id,
        )
    audit.record(action="cases.linelist.import", obj=outbreak, detail={"cases": len(lines)})
    return [cases[line.id].number for line in lines]
