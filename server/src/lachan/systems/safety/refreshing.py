"""The table of current statuses, kept in step with what is known and with the clock by one writer: the steward."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from lachan.register.places.models import Place
from lachan.systems.safety.facts import Known, gather
from lachan.systems.safety.models import Closure, CriteriaVersion, Entry, Facility, Status, StatusChange
from lachan.systems.safety.standing import Rhythm, Standing, standing

BATCH = 2_000
#: The channel on which listeners hear the number of the newest change.
CHANNEL = "lachan_safety"
GONE = "gone"
_FAR = timedelta(days=3650)


def current(known: Known, now: datetime) -> Standing | None:
    """The standing at that moment by the rules of its day; None when no version of its set was ever published."""
    rhythm = known.rhythm(now)
    return standing(known.history, rhythm, now) if rhythm else None


def refresh(now: datetime | None = None) -> int:
    """Bring every status up to date whose time has come; how many changed."""
    changed = 0
    while True:
        looked_at, different = _refresh_some(now or timezone.now())
        changed += different
        if looked_at < BATCH:
            return changed


@transaction.atomic
def _refresh_some(now: datetime) -> tuple[int, int]:
    due = list(
        Status.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(next_at__lte=now)
        .select_related("place")
        .order_by("next_at")[:BATCH]
    )
    known = gather(status.place_id for status in due)
    changes = []
    for status in due:
        before = (status.state, status.outcome, status.declared, status.inspected)
        held = status.state
        _bring(status, known.get(status.place_id), now)
        if before != (status.state, status.outcome, status.declared, status.inspected):
            status.changed_at = now
            changes.append(
                StatusChange(place=status.place, at=now, before=held, state=status.state, outcome=status.outcome)
            )
    StatusChange.objects.bulk_create(changes)
    numbers = {change.place_id: change.pk for change in changes}
    for status in due:
        status.change = numbers.get(status.place_id, status.change)
    Status.objects.bulk_update(
        due,
        ["state", "outcome", "declared", "inspected", "committed_at", "assessed_at", "inspected_at", "changed_at",
         "next_at", "change"],
        batch_size=500,
    )  # fmt: skip
    if changes:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(changes[-1].pk)])
    return len(due), len(changes)


def _bring(status: Status, known: Known | None, now: datetime) -> None:
    place = status.place
    found = current(known, now) if known else None
    if place.closed_at is not None or known is None or found is None:
        status.state = GONE if place.closed_at is not None else "none"
        status.outcome = status.declared = status.inspected = ""
        status.next_at = now + _FAR
        return
    status.state, status.next_at = found.state, found.next_at
    status.outcome, status.declared, status.inspected = found.outcome or "", found.declared or "", found.inspected or ""
    status.committed_at = _at(known, Entry.Kind.COMMITMENT)
    status.assessed_at = _at(known, Entry.Kind.ASSESSMENT)
    status.inspected_at = _at(known, Entry.Kind.INSPECTION)


def _at(known: Known, kind: str) -> datetime | None:
    entry = known.latest.get(kind)
    return entry.at if entry else None


@transaction.atomic
def follow_closures() -> int:
    """Note which facilities closed for the season or opened again since the last look, and which are gone for good."""
    now = timezone.now()
    open_ones = Closure.objects.filter(end=None)
    shut = Facility.objects.exclude(place__paused_at=None).exclude(place__in=open_ones.values("place"))
    begun = list(shut.values_list("place_id", "place__paused_at"))
    Closure.objects.bulk_create(Closure(place_id=place, start=since or now) for place, since in begun)
    ended = list(open_ones.filter(place__paused_at=None).values_list("place_id", flat=True))
    open_ones.filter(place__in=ended).update(end=now)
    gone = list(
        Status.objects.exclude(place__closed_at=None).exclude(state=GONE).values_list("place_id", flat=True)[:BATCH]
    )
    touched = [place for place, _since in begun] + ended + gone
    Status.objects.filter(place__in=touched).update(next_at=now)
    return len(touched)


def retell(
    known: Known, start: datetime, end: datetime, version: CriteriaVersion | None = None
) -> list[tuple[datetime, Standing]]:
    """Every change of standing from `start` until before `end`, the first being the one at `start`.

    Recomputed from the whole history (gather with `whole`) by the rules of each day, or all by one `version`.
    """
    told: list[tuple[datetime, Standing]] = []
    moment = start
    while moment < end:
        found = standing(known.history, _rhythm(known, moment, version), moment)
        if not told or _seen(found) != _seen(told[-1][1]):
            told.append((moment, found))
        moment = found.next_at
    return told


def _rhythm(known: Known, moment: datetime, version: CriteriaVersion | None) -> Rhythm:
    rhythm = Known(known.facility, known.place, known.history, [version] if version else known.versions).rhythm(moment)
    if rhythm is None:
        raise ValueError(f"no version of {known.facility.criteria} was ever published")
    return rhythm


def _seen(found: Standing) -> tuple[str | None, ...]:
    return found.state, found.outcome, found.declared, found.inspected


def status_at(place: Place, moment: datetime) -> Standing | None:
    """The status at any moment, recomputed with the rules of its day; None for a place that has not joined by then."""
    known = gather([place.pk], whole=True).get(place.pk)
    if known is None or known.facility.joined_at > moment:
        return None
    return current(known, moment)


def changes_after(number: int, limit: int = 1_000) -> list[StatusChange]:
    """The feed: changes after that number, oldest first, with place and area."""
    rows = StatusChange.objects.filter(pk__gt=number).select_related("place__area").order_by("pk")
    return list(rows[:limit])
