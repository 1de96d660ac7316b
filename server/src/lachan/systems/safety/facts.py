"""From the tables to what the status engine knows: histories and rhythms of many facilities at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import cast

from django.db.models import Case, F, IntegerField, Value, When

from lachan.register.places.kinds import KINDS
from lachan.register.places.models import Place
from lachan.systems.safety import versions
from lachan.systems.safety.criteria import Criteria, Outcome
from lachan.systems.safety.models import Closure, CriteriaVersion, Entry, Facility
from lachan.systems.safety.standing import HOME, History, Judged, Rhythm, Span

_JUDGED = [Entry.Kind.ASSESSMENT, Entry.Kind.INSPECTION]
_BAD_FIRST = Case(
    When(outcome="unsafe", then=Value(2)),
    When(outcome="low", then=Value(1)),
    default=Value(0),
    output_field=IntegerField(),
)
#: Of each place's assessments, how each counts: the outcome and until when it is to be mended.
Rejudge = Callable[[Entry], tuple[Outcome, datetime | None] | None]


@dataclass
class Known:
    """What is known of one facility. `latest` are the entries of each kind that count now."""

    facility: Facility
    place: Place
    history: History
    versions: list[CriteriaVersion]
    latest: dict[str, Entry] = field(default_factory=dict)

    def rhythm(self, moment: datetime) -> Rhythm | None:
        """The rhythm by the set and the version in force on the day of that moment."""
        version = versions.on_day(self.versions, moment.astimezone(HOME).date())
        return rhythm_of(versions.criteria_of(version), self.place) if version else None


def rhythm_of(criteria: Criteria, place: Place) -> Rhythm:
    """The document's rhythm with the place's own weekdays."""
    week = place.week
    weekdays = frozenset(n for n, day in enumerate(week) if day) if week else frozenset(range(7))
    if place.week is None and KINDS[place.kind].opens is not None and place.kind in {"school", "office"}:
        weekdays = frozenset(range(5))
    return Rhythm(
        every_days=criteria.every_days,
        due_days=criteria.due_days,
        lapse_days=criteria.lapse_days,
        silent_days=criteria.silent_days,
        by=time.fromisoformat(criteria.daily.by),
        weekdays=weekdays or frozenset(range(7)),
    )


def gather(place_ids: Iterable[int], *, whole: bool = False, rejudge: Rejudge | None = None) -> dict[int, Known]:
    """What is known of the facilities, by place id.

    Only the latest entries of each kind, or with `whole` all of them: those answer for any past moment. `rejudge` gives
    other verdicts than the stored ones (None: leave the entry out).
    """
    wanted = list(place_ids)
    facilities = list(Facility.objects.filter(place__in=wanted).select_related("place"))
    of_set = versions.timeline(facility.criteria for facility in facilities)
    closures: dict[int, list[Span]] = {}
    for closure in Closure.objects.filter(place__in=wanted):
        closures.setdefault(closure.place_id, []).append(Span(closure.start, closure.end))
    committed: dict[int, list[datetime]] = {}
    judged: dict[int, list[Judged]] = {}
    latest: dict[int, dict[str, Entry]] = {}
    for entry in _entries(wanted, whole=whole):
        if entry.kind == Entry.Kind.COMMITMENT:
            committed.setdefault(entry.place_id, []).append(entry.at)
        else:
            verdict = rejudge(entry) if rejudge else (_outcome(entry), entry.mend_until)
            if verdict is None:
                continue
            inspected = entry.kind == Entry.Kind.INSPECTION
            judged.setdefault(entry.place_id, []).append(Judged(entry.at, verdict[0], inspected, verdict[1]))
        latest.setdefault(entry.place_id, {}).setdefault(entry.kind, entry)
    return {
        facility.place_id: Known(
            facility,
            facility.place,
            History(
                joined=facility.joined_at,
                committed=tuple(committed.get(facility.place_id, ())),
                judged=tuple(judged.get(facility.place_id, ())),
                paused=tuple(closures.get(facility.place_id, ())),
            ),
            of_set.get(facility.criteria, []),
            latest.get(facility.place_id, {}),
        )
        for facility in facilities
    }


def _outcome(entry: Entry) -> Outcome:
    return cast(Outcome, entry.outcome)


def _entries(place_ids: list[int], *, whole: bool) -> Iterable[Entry]:
    rows = Entry.objects.filter(place__in=place_ids).defer("nonce", "digest", "signer", "previous", "hash")
    commitments = rows.filter(kind=Entry.Kind.COMMITMENT, complete=True)
    assessments = rows.filter(kind__in=_JUDGED).annotate(badness=_BAD_FIRST)
    if whole:
        yield from commitments.order_by("-at")
        yield from assessments.order_by("-at", "-badness")
        return
    yield from commitments.order_by("place", F("at").desc()).distinct("place")
    yield from assessments.order_by("place", "kind", F("at").desc(), F("badness").desc()).distinct("place", "kind")
