"""Bringing in a spreadsheet of places: read and judged in the background, brought in when its officer says so.

The work runs in a thread of the steward, in steps that each stand for themselves: whatever is stopped in the middle
goes on where it was, and no row comes in twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform import bulk, keyring
from lachan.ground.platform.ids import uuid7
from lachan.ground.platform.text import fold
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import visible
from lachan.register.places import codes, rows, spreadsheet
from lachan.register.places.models import PlaceImport, PlaceStaff
from lachan.register.places.rows import COLUMNS, Row

CHUNK = 2000
KEEP_CONTENT = timedelta(days=7)
# An imported place waits for its owner longer than one who was asked in person.
INVITATION = timedelta(days=90)
LOCK = 7_203_001
Progress = Callable[[int], None]


class UnreadableFile(Exception):  # noqa: N818  named for what it is
    """The file is no list of places. str() is a sentence that says what to do."""


@dataclass
class Judged:
    """A file judged: the rows that may come in, those that seem to be there already, those to mend."""

    head: list[str]
    good: list[Row] = field(default_factory=list)
    twins: list[Row] = field(default_factory=list)
    rejects: list[Row] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.good) + len(self.twins) + len(self.rejects)

    def wanted(self, *, with_twins: bool) -> list[Row]:
        return sorted(self.good + self.twins, key=lambda row: row.number) if with_twins else self.good


def judge(content: bytes, allowed: frozenset[int] | None, progress: Progress = lambda _done: None) -> Judged:
    """Read and judge a file; nothing is written. Raises UnreadableFile."""
    table = read_table(content)
    found = []
    try:
        for row in rows.judged(table, allowed):
            found.append(row)
            if len(found) % CHUNK == 0:
                progress(len(found))
    except bulk.NoColumnError as error:
        raise no_column(error) from error
    rows.known_twins(found)
    result = Judged(table[0])
    for row in found:
        (result.rejects if row.faults else result.twins if row.twin else result.good).append(row)
    return result


def read_table(content: bytes) -> list[list[str]]:
    """The rows of a file, head first. Raises UnreadableFile."""
    try:
        return spreadsheet.read(content)
    except spreadsheet.SpreadsheetError as error:
        raise UnreadableFile(_sentence(error.code)) from error


def no_column(error: bulk.NoColumnError) -> UnreadableFile:
    """Which column is missing, in words."""
    said = _("Không thấy cột “%(title)s”. Dùng tệp mẫu, giữ nguyên dòng đầu.")
    return UnreadableFile(said % {"title": error.title})


def check_size(content: bytes) -> None:
    """Raises UnreadableFile when the file is too large to take."""
    if len(content) > spreadsheet.MAX_FILE_BYTES:
        raise UnreadableFile(_sentence("too_large"))


def _sentence(code: str) -> str:
    return {
        "encoding": _("Tệp chưa ở dạng UTF-8. Lưu lại thành “CSV UTF-8” hoặc xlsx rồi gửi."),
        "broken": _("Không đọc được tệp. Mở bằng Excel hay LibreOffice, lưu lại thành xlsx rồi gửi."),
        "empty": _("Tệp chưa có dòng nào dưới dòng tiêu đề."),
        "too_long": _("Tệp có quá %(limit)s dòng. Chia thành nhiều tệp.") % {"limit": spreadsheet.MAX_ROWS},
        "too_large": _("Tệp lớn quá 24 MB. Chia thành nhiều tệp."),
    }[code]


_PLACE = """COPY places_place (id, key, name, folded, kind, area_id, address, opens, closes, capacity, typical_minutes,
    latitude, longitude, created_at) FROM STDIN"""
_CODE = "COPY places_placecode (code, place_id, issued_at) FROM STDIN"
_INVITE = "COPY places_placeinvite (place_id, phone_hash, ending, role, invited_at, expires_at) FROM STDIN"


@transaction.atomic
def store(wanted: Sequence[Row]) -> int:
    """Make the places of these rows, each with its code and, where a phone is given, an invitation to be its owner.

    By COPY, since the ORM's inserts took half the time of an import.
    """
    now = timezone.now()
    places, fresh, invites = [], [], []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('places_place', 'id')) FROM generate_series(1, %s)", [len(wanted)]
        )
        for (pk,), row in zip(cursor.fetchall(), wanted, strict=True):
            given = row.values
            cells = (given["kind"], given["area"], given["address"], given["opens"], given["closes"])
            numbers = (given["capacity"], given["minutes"], given["latitude"], given["longitude"])
            places.append((pk, uuid7(), given["name"], fold(given["name"]), *cells, *numbers, now))
            fresh.append((codes.new(), pk, now))
            if phone := given["phone"]:
                owner = PlaceStaff.Role.OWNER.value
                invites.append((pk, keyring.blind_index("phone", phone), phone[-3:], owner, now, now + INVITATION))
        for statement, lines in ((_PLACE, places), (_CODE, fresh), (_INVITE, invites)):
            with cursor.copy(statement) as copy:
                for line in lines:
                    copy.write_row(line)
    return len(wanted)


def rejects_file(judged: Judged) -> bytes:
    """The rows to mend, as they came, the wrong cells marked and explained; it can be mended and sent again."""

    def twin(row: bulk.Row) -> str:
        return _("Trùng tên, địa chỉ và phường, xã với %(twin)s.") % {"twin": row.twin} if row.twin else ""

    listed = judged.rejects + judged.twins
    where = bulk.heads(judged.head, COLUMNS)
    last = _("Sửa thế nào")
    return bulk.rejects_file(head=judged.head, where=where, columns=COLUMNS, rows=listed, last=last, more=twin)


def template() -> bytes:
    """An empty list with its head, a hint in each column, and one invented row to write over."""
    from lachan.register.places.sheets import as_xlsx

    notes = {at: str(column.hint) for at, column in enumerate(COLUMNS) if str(column.hint)}
    head = [f"{column.title} *" if column.needed else str(column.title) for column in COLUMNS]
    return as_xlsx(head, [rows.EXAMPLE], widths=[22.0] * len(COLUMNS), notes=notes)


def allowed_for(account: Account) -> frozenset[int]:
    """The areas where the officer may write places."""
    return frozenset(visible(account, Permission.PLACE_WRITE))


@transaction.atomic
def submit(*, by: Account, filename: str, content: bytes) -> PlaceImport:
    """Take a file; the steward reads it. Raises UnreadableFile when it is too large to take."""
    check_size(content)
    made = PlaceImport.objects.create(by=by, filename=filename[:120], content=content)
    audit.record(action="places.import.submit", obj=made)
    return made


@transaction.atomic
def confirm(*, job: PlaceImport, with_twins: bool) -> bool:
    """Bring in the good rows, and those that seem to be there already if the officer says so. False when too late."""
    done = PlaceImport.objects.filter(pk=job.pk, status=PlaceImport.Status.CHECKED, finished_at=None).update(
        status=PlaceImport.Status.STORING, with_twins=with_twins
    )
    if done:
        audit.record(action="places.import.confirm", obj=job, detail={"with_twins": with_twins})
    return bool(done)


@transaction.atomic
def discard(*, job: PlaceImport) -> None:
    """Bring in nothing; the file goes at once."""
    if PlaceImport.objects.filter(pk=job.pk, status=PlaceImport.Status.CHECKED, finished_at=None).update(
        content=None, finished_at=timezone.now()
    ):
        audit.record(action="places.import.discard", obj=job)


def work() -> bool:
    """Do what waits, one import: whether there was one. Called outside a transaction."""
    job: PlaceImport | None = _worker.waits().first()
    if job is None:
        return False
    try:
        judged = judge(bytes(job.content or b""), allowed_for(job.by), lambda done: job.note(read=done))
    except UnreadableFile as error:
        job.note(status=PlaceImport.Status.REFUSED, refusal=str(error), content=None, finished_at=timezone.now())
        return True
    if job.status == PlaceImport.Status.WAITING:
        job.note(
            status=PlaceImport.Status.CHECKED,
            rows=judged.rows,
            read=judged.rows,
            good=len(judged.good),
            twins=len(judged.twins),
            rejected=len(judged.rejects),
            rejects=rejects_file(judged) if judged.rejects or judged.twins else None,
        )
        return True
    _bring_in(job, judged)
    return True


def _bring_in(job: PlaceImport, judged: Judged) -> None:
    """Chunk by chunk; each is stored together with the mark that says so: a stop in between loses and doubles none."""
    wanted = [row for row in judged.wanted(with_twins=job.with_twins) if row.number > job.stored_row]
    total = job.stored
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        with transaction.atomic():
            total += store(chunk)
            PlaceImport.objects.filter(pk=job.pk).update(stored=total, stored_row=chunk[-1].number)
            audit.record(action="places.import.store", obj=job, detail={"places": len(chunk)})
    job.note(status=PlaceImport.Status.DONE, content=None, finished_at=timezone.now())


_worker = bulk.Worker("places import", LOCK, PlaceImport, work, lambda: audit.acting(audit.system("places import")))


def work_aside() -> None:
    """Let a thread bring in what waits."""
    _worker.aside()


@transaction.atomic
def forget_old() -> int:
    """Erase the files of imports that nobody confirmed, and the rejects, a week after they came."""
    old = PlaceImport.objects.filter(created_at__lt=timezone.now() - KEEP_CONTENT)
    old.filter(status=PlaceImport.Status.CHECKED, finished_at=None).update(finished_at=timezone.now())
    return old.exclude(content=None, rejects=None).update(content=None, rejects=None)
