"""A month of commitments, assessments and inspections for the places of the demonstration world, written in bulk."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lachan.register.access.models import Account
from lachan.register.people.models import Person
from lachan.register.places.models import Place, PlaceStaff
from lachan.simulate.clock import LOCAL
from lachan.systems.safety import chain, refreshing, roots, versions
from lachan.systems.safety.actions import linked, record_verdict
from lachan.systems.safety.criteria import Criteria, RiskIndex
from lachan.systems.safety.facts import gather, rhythm_of
from lachan.systems.safety.judging import judge
from lachan.systems.safety.models import CriteriaVersion, Entry, Facility, Status, StatusChange

if TYPE_CHECKING:
    from lachan.simulate.world import World

Say = Callable[[str], None]
DAYS = 30
MOST = 150
# How inspected facilities turned out in the inspections of August 2020: 71 % safe, 21 % low, 7 % unsafe.
FOUND = (("safe", 71), ("low", 22), ("unsafe", 7))
# Which share keeps its mornings, forgets some, has gone silent.
HABITS = (("keeps", 70), ("forgets", 22), ("silent", 8))


def furnish(world: "World", officer: Account, progress: Say = lambda _: None) -> int:
    """Let the first MOST places that a set is for join a month ago; how many did. Twice changes nothing."""
    if Facility.objects.exists():
        return 0
    rng = random.Random(f"safety {world.seed}")
    now = timezone.now()
    places = Place.objects.filter(pk__gte=world.first_place, closed_at=None).select_related("area__parent")
    owners = {
        duty.place_id: duty.account
        for duty in PlaceStaff.objects.filter(place__in=places, role="owner", until=None).select_related("account")
    }
    chosen = [(place, version) for place in _mixed(list(places)) if (version := _set(place)) and place.pk in owners]
    persons = {p.account_id: p for p in Person.objects.filter(account__in=list(owners.values()))}
    entries: list[Entry] = []
    facilities = []
    for place, version in chosen[:MOST]:
        made = _Book(place, version, rng).history(owners[place.pk], officer, now)
        facility = Facility(place=place, criteria=version.code, joined_at=now - timedelta(days=DAYS))
        facility.followed = [[facility.joined_at.isoformat(), version.code]]
        for entry in made:
            entry.person = persons.get(entry.account_number)
            entry.number, entry.previous = facility.length + 1, bytes(facility.head)
            entry.hash = chain.link(bytes(facility.head), linked(entry, []))
            facility.length, facility.head = entry.number, entry.hash
        entries += made
        facilities.append(facility)
    with transaction.atomic():
        Facility.objects.bulk_create(facilities)
        Entry.objects.bulk_create(entries, batch_size=2_000)
        _statuses([facility.place_id for facility in facilities], now)
        roots.publish_due()
    progress(f"{len(facilities)} facilities joined, {len(entries)} commitments, assessments and inspections")
    return len(facilities)


def _mixed(places: list[Place]) -> list[Place]:
    """One of each kind in turn, so that the first ones are of every kind."""
    turn: dict[str, int] = {}
    order = []
    for place in sorted(places, key=lambda one: one.pk):
        turn[place.kind] = turn.get(place.kind, 0) + 1
        order.append((turn[place.kind], place.pk, place))
    return [place for _turn, _pk, place in sorted(order, key=lambda row: row[:2])]


def _set(place: Place) -> CriteriaVersion | None:
    offered = versions.offered(place)
    if place.kind == Place.Kind.HOSPITAL:
        station = place.name.startswith(("Trạm", "Phòng khám"))
        offered = [version for version in offered if (version.code == "clinic") == station]
    return offered[0] if offered else None


def _drawn(shares: tuple[tuple[str, int], ...], rng: random.Random) -> str:
    return rng.choices([name for name, _share in shares], [share for _name, share in shares])[0]


@dataclass(frozen=True)
class _Book:
    """What one facility writes down."""

    place: Place
    version: CriteriaVersion
    rng: random.Random

    @property
    def criteria(self) -> Criteria:
        return versions.criteria_of(self.version)

    def history(self, owner: Account, officer: Account, now: datetime) -> list[Entry]:
        """A month, oldest first."""
        rng, daily = self.rng, self.criteria.daily
        weekdays = rhythm_of(self.criteria, self.place).weekdays
        habit = _drawn(HABITS, rng)
        assessed = now - timedelta(days=rng.randrange(2, 26), hours=rng.randrange(1, 8))
        own = "safe" if rng.random() < 0.85 else "low"
        made = [self.judged(Entry.Kind.ASSESSMENT, owner, assessed, own)]
        if rng.random() < 0.2:
            seen = now - timedelta(days=rng.randrange(1, 20), hours=rng.randrange(1, 8))
            made.append(self.judged(Entry.Kind.INSPECTION, officer, seen, _drawn(FOUND, rng)))
        today = now.astimezone(LOCAL).date()
        for back in range(DAYS - 1, -1, -1):
            day = today - timedelta(days=back)
            forgets = habit == "forgets" and rng.random() < 0.25
            if day.weekday() not in weekdays or forgets or (habit == "silent" and back < 12):
                continue
            due = datetime.combine(day, time.fromisoformat(daily.by), LOCAL)
            at = due - timedelta(minutes=rng.randrange(3, 70))
            if at <= now:
                answers: dict[str, int | str] = {
                    task.code: "na" if task.optional and rng.random() < 0.5 else 1 for task in daily.tasks
                }
                entry = self.entry(Entry.Kind.COMMITMENT, owner, at, answers)
                entry.complete = True
                made.append(entry)
        return sorted(made, key=lambda entry: entry.at)

    def judged(self, kind: str, by: Account, at: datetime, wanted: str) -> Entry:
        """An assessment with the wanted outcome: from the best answers, one after another is made worse."""
        criteria, rng = self.criteria, self.rng
        risk = isinstance(criteria.rule, RiskIndex)
        scale = {
            item.code: sorted({o.points for o in item.options}) or [*range(item.points + 1)] for item in criteria.items
        }
        answers: dict[str, int | str] = {code: points[0 if risk else -1] for code, points in scale.items()}
        for code in rng.sample(sorted(scale), len(scale)):
            if judge(criteria, answers).band.outcome == wanted:
                break
            points = scale[code]
            middle = wanted == "low" and len(points) > 2
            worse = answers | {code: points[len(points) // 2] if middle else points[-1 if risk else 0]}
            if wanted == "unsafe" or judge(criteria, worse).band.outcome != "unsafe":
                answers = worse
        entry = self.entry(kind, by, at, answers)
        record_verdict(entry, judge(criteria, answers))
        return entry

    def entry(self, kind: str, by: Account, at: datetime, answers: dict[str, int | str]) -> Entry:
        """One entry, not linked yet."""
        nonce = self.rng.randbytes(32)
        return Entry(
            place=self.place,
            key=UUID(int=self.rng.getrandbits(128), version=4),
            kind=kind,
            day=at.astimezone(LOCAL).date(),
            at=at,
            received_at=at + timedelta(seconds=2),
            version=self.version,
            answers=answers,
            seconds=self.rng.randrange(25, 140),
            digest=self.rng.randbytes(32),
            signer=chain.signature(nonce, by.pk, None, by.name),
            name=by.name,
            account_number=by.pk,
            nonce=nonce,
        )


def _statuses(place_ids: list[int], now: datetime) -> None:
    """The history of each facility's status as the steward would have written it, and the current one."""
    changes = []
    statuses = []
    for place_id, known in gather(place_ids, whole=True).items():
        told = refreshing.retell(known, known.facility.joined_at, now)
        before = ""
        for at, found in told:
            changes.append(
                StatusChange(place_id=place_id, at=at, before=before, state=found.state, outcome=found.outcome or "")
            )
            before = found.state
        at, found = told[-1]
        statuses.append(
            Status(
                place_id=place_id,
                state=found.state,
                outcome=found.outcome or "",
                declared=found.declared or "",
                inspected=found.inspected or "",
                changed_at=at,
                next_at=now,
            )
        )
    changes.sort(key=lambda change: change.at)
    StatusChange.objects.bulk_create(changes, batch_size=5_000)
    last = {change.place_id: change.pk for change in changes}
    for status in statuses:
        status.change = last[status.place_id]
    Status.objects.bulk_create(statuses)
