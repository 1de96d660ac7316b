"""Carriers' lists: taken, judged, brought in, and held against the declarations of the same day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform import bulk
from lachan.ground.platform.wording import viet_date
from lachan.register.access.models import Account
from lachan.register.forms.validate import today
from lachan.register.places.importing import UnreadableFile, check_size, no_column, read_table
from lachan.systems.entry import landing, manifest_rows
from lachan.systems.entry.actions import EntryError, trip_of, vehicle_key
from lachan.systems.entry.models import Gate, Manifest, Passenger, Trip
from lachan.systems.entry.queries import order_for

CHUNK = 2000
KEEP_CONTENT = timedelta(days=7)
# A carrier sends its list a day before landing at most; one found in a drawer may be of the days before.
DAYS_BEFORE, DAYS_AFTER = 7, 7
LOCK = 7_203_002
CONVEYANCES = ("air", "sea", "road", "rail")
Progress = Callable[[int], None]
_State = Passenger.State
# The values of a row as manifest_rows judges it, each a column of Passenger.
_KEPT = (
    "surname",
    "given",
    "name_key",
    "document",
    "document_hash",
    "birth_date",
    "birth_year",
    "nationality",
    "seat",
    "seat_row",
)


class ManifestError(EntryError):
    """A list that cannot be taken; `field` names what to mend."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass
class Judged:
    """A list judged: who comes in, who is on an earlier list of the trip already, what is to mend."""

    head: list[str]
    good: list[bulk.Row] = field(default_factory=list)
    known: int = 0
    rejects: list[bulk.Row] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.good) + self.known + len(self.rejects)


def judge(content: bytes, *, trip: Trip | None = None, progress: Progress = lambda _done: None) -> Judged:
    """Read and judge a list; nothing is written. Raises UnreadableFile."""
    table = read_table(content)
    result = Judged(table[0])
    known = _identities(trip) if trip else set()
    try:
        for count, row in enumerate(manifest_rows.judged(table, today()), start=1):
            if row.faults:
                result.rejects.append(row)
            elif manifest_rows.identity(row) in known:
                result.known += 1
            else:
                result.good.append(row)
            if count % CHUNK == 0:
                progress(count)
    except bulk.NoColumnError as error:
        raise no_column(error) from error
    return result


def _identities(trip: Trip) -> set[object]:
    rows = Passenger.objects.filter(trip=trip, manifest__status=Manifest.Status.DONE)
    listed = rows.values_list("document_hash", "name_key", "birth_date", "birth_year")
    return {bytes(document) if document else (key, day, year) for document, key, day, year in listed}


def rejects_file(judged: Judged) -> bytes:
    """The rows to mend, as they came, with the reason and the mend beside each."""
    where = manifest_rows.where(judged.head)
    return bulk.rejects_file(
        head=judged.head, where=where, columns=manifest_rows.COLUMNS, rows=judged.rejects, last=_("Sửa thế nào")
    )


@transaction.atomic
def submit(
    *, by: Account, gate: Gate, conveyance: str, number: str, day: date, filename: str, content: bytes
) -> Manifest:
    """Take a carrier's list; the steward reads it. Raises ManifestError, UnreadableFile when it is too large."""
    check_size(content)
    first, last = today() - timedelta(days=DAYS_AFTER), today() + timedelta(days=DAYS_BEFORE)
    if not first <= day <= last:
        facts = {"first": viet_date(first), "last": viet_date(last)}
        raise ManifestError("day", _("Ngày qua cửa khẩu phải từ %(first)s đến %(last)s") % facts)
    order = order_for(gate, "entry", day)
    if order is None:
        said = _("Không có lệnh khai báo ở cửa khẩu này vào ngày đó, nên không được nhận danh sách hành khách.")
        raise ManifestError("gate", said)
    if conveyance not in CONVEYANCES or not vehicle_key(number):
        raise ManifestError("number", _("Ghi số hiệu chuyến, ví dụ VN 627."))
    made = Manifest.objects.create(
        by=by,
        gate=gate,
        trip=trip_of(conveyance, vehicle_key(number), day),
        filename=filename[:120],
        content=content,
        erase_at=day + timedelta(days=order.retention_days),
    )
    audit.record(action="entry.manifest.submit", obj=made, detail={"ground": order.legal_basis})
    return made


@transaction.atomic
def confirm(*, job: Manifest) -> bool:
    """Bring in the good rows. False when it no longer waits."""
    done = Manifest.objects.filter(pk=job.pk, status=Manifest.Status.CHECKED, finished_at=None).update(
        status=Manifest.Status.STORING
    )
    if done:
        audit.record(action="entry.manifest.confirm", obj=job)
    return bool(done)


@transaction.atomic
def discard(*, job: Manifest) -> None:
    """Bring in nothing; the file and the rows to mend go at once."""
    waiting = Manifest.objects.filter(pk=job.pk, status=Manifest.Status.CHECKED, finished_at=None)
    if waiting.update(content=None, rejects=None, finished_at=timezone.now()):
        audit.record(action="entry.manifest.discard", obj=job)


def work() -> bool:
    """Do what waits, one list: whether there was one. Called outside a transaction."""
    job: Manifest | None = _worker.waits().select_related("trip").first()
    if job is None:
        return False
    # What is on the trip's earlier lists was told when it was read; a stop must not take its own rows for those.
    try:
        judged = judge(bytes(job.content or b""), trip=job.trip, progress=lambda done: job.note(read=done))
    except UnreadableFile as error:
        job.note(status=Manifest.Status.REFUSED, refusal=str(error), content=None, finished_at=timezone.now())
        return True
    if job.status == Manifest.Status.STORING:
        _bring_in(job, judged)
        return True
    job.note(
        status=Manifest.Status.CHECKED,
        rows=judged.rows,
        read=judged.rows,
        good=len(judged.good),
        known=judged.known,
        rejected=len(judged.rejects),
        rejects=rejects_file(judged) if judged.rejects else None,
    )
    return True


def _bring_in(job: Manifest, judged: Judged) -> None:
    """Chunk by chunk; each is stored together with the mark that says so: a stop in between loses and doubles none."""
    wanted = [row for row in judged.good if row.number > job.stored_row]
    total = job.stored
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        with transaction.atomic():
            total += store(job, chunk)
            job.note(stored=total, stored_row=chunk[-1].number)
            audit.record(action="entry.manifest.store", obj=job, detail={"passengers": len(chunk)})
    with transaction.atomic():
        landing.match_trip(job.trip)
        job.note(status=Manifest.Status.DONE, content=None, finished_at=timezone.now())


def store(job: Manifest, rows: Sequence[bulk.Row]) -> int:
    """Write these rows down as passengers."""
    Passenger.objects.bulk_create(
        Passenger(manifest=job, trip_id=job.trip_id, row=row.number, **{name: row.values[name] for name in _KEPT})
        for row in rows
    )
    return len(rows)


@transaction.atomic
def say(*, passenger: Passenger, verdict: str, by: Account) -> Passenger:
    """An officer's word on somebody of a list: "same" (as the probable traveller), "other", "away", "back".

    Raises EntryError where there is nothing to say that of.
    """
    locked = Passenger.objects.select_for_update().get(pk=passenger.pk)
    if verdict == "same" and locked.state == _State.PROBABLE and locked.traveller_id:
        locked.state = _State.DECLARED
    elif verdict == "other" and locked.state in (_State.PROBABLE, _State.DECLARED):
        locked.state, locked.traveller, locked.reason = _State.ABSENT, None, ""
    elif verdict == "away" and locked.state in (_State.PROBABLE, _State.ABSENT):
        locked.state, locked.traveller, locked.reason = _State.AWAY, None, ""
    elif verdict == "back" and locked.state == _State.AWAY:
        locked.state = _State.ABSENT
    else:
        raise EntryError(_("Người này vừa được xem xét ở máy khác. Tải lại trang."))
    locked.decided_at, locked.decided_by = timezone.now(), by
    locked.save(update_fields=["state", "traveller", "reason", "decided_at", "decided_by"])
    subject = locked.traveller.person_id if locked.traveller else None
    audit.record(action="entry.passenger.say", subject=subject, obj=locked, detail={"verdict": verdict})
    return locked


_worker = bulk.Worker("manifests", LOCK, Manifest, work, lambda: audit.acting(audit.system("manifests")))


def work_aside() -> None:
    """Let a thread bring in what waits."""
    _worker.aside()


@transaction.atomic
def forget_old() -> int:
    """Erase files that nobody confirmed, and rows to mend, a week after they came."""
    old = Manifest.objects.filter(created_at__lt=timezone.now() - KEEP_CONTENT)
    old.filter(status=Manifest.Status.CHECKED, finished_at=None).update(finished_at=timezone.now())
    return old.exclude(content=None, rejects=None).update(content=None, rejects=None)
