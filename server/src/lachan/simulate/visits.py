"""Where everyone was: long-tailed popularity, favourites, daily peaks, opening hours, jobs; one place at a time."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from lachan.simulate.clock import DAY, HOUR, MINUTE, Calendar
from lachan.simulate.places import HABITS, Venue

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

VISITS_A_DAY = 0.5
ACTIVITY_SPREAD = 0.7
FAVOURITES = (0.55, 0.30, 0.15)
TO_A_FAVOURITE, IN_OWN_COMMUNE = 0.6, 0.88
# By age from: how much of an adult's going out.
AGES = ((0, 0.1), (6, 0.25), (15, 0.5), (18, 1.15), (60, 0.8), (75, 0.35))
# Beta distributions of each person's own habits.
SCANS, SCANS_WITHOUT_PHONE, FORGETS_OUT, STAFF_SCAN = (7.8, 2.2), (3.5, 6.5), (1.5, 3.5), 0.3
SHORTEST, LAST_ENTRY, BETWEEN = 4 * MINUTE, 10, 3 * MINUTE
WORK_FROM, WORK_TO, WORKDAY, WEEKEND_SHIFT = 20, 60, 8.5 * HOUR, 0.6
LONGEST = DAY - HOUR


@dataclass(frozen=True, slots=True)
class Presences:
    """Columns of true stays. The `scanned` are known to the system, the `scanned_out` with their end."""

    person: Ints
    place: Ints
    t_in: Ints
    t_out: Ints
    scanned: Flags
    scanned_out: Flags

    def __len__(self) -> int:
        return len(self.person)

    def where(self, keep: npt.NDArray[np.generic]) -> "Presences":
        return Presences(*(getattr(self, column.name)[keep] for column in fields(self)))

    def sorted(self) -> "Presences":
        return self.where(np.lexsort((self.place, self.t_in, self.person)))


@dataclass(frozen=True, slots=True)
class Appointment:
    """A stay that the story needs, kept whatever else the person did that day."""

    person: int
    place: int
    t_in: int
    t_out: int
    scanned_out: bool = True


@dataclass(frozen=True, slots=True)
class Going:
    """Who goes where: ages in years, home communes, phones, and who works at which place (person → place)."""

    ages: Ints
    commune: Ints
    has_phone: Flags
    jobs: dict[int, int]


def imagine(
    rng: np.random.Generator,
    *,
    calendar: Calendar,
    going: Going,
    venues: list[Venue],
    appointments: list[Appointment],
    quiet: set[int],
) -> Presences:
    """Everyone's stays that began before now. The `quiet` (the cast) go only where the story sends them, or seldom."""
    rate = _rates(rng, going.ages)
    rate[list(quiet)] *= 0.25
    parts = [_outings(rng, calendar, going, venues, rate), _work(rng, calendar, going, venues)]
    person, place, t_in, t_out, at_work = (np.concatenate(column) for column in zip(*parts, strict=True))
    scanned, scanned_out = _habits(rng, going.has_phone, person, at_work)
    begun = t_in < calendar.now
    stays = Presences(person, place, t_in, t_out, scanned, scanned_out & (t_out <= calendar.now)).where(begun)
    return one_place_at_a_time(_with(stays, calendar, appointments))


def _rates(rng: np.random.Generator, ages: Ints) -> Floats:
    """Visits a day of each person."""
    edges, factors = zip(*AGES, strict=True)
    factor = np.array(factors)[np.searchsorted(np.array(edges), ages, side="right") - 1]
    activity = rng.lognormal(-(ACTIVITY_SPREAD**2) / 2, ACTIVITY_SPREAD, len(ages))
    return np.asarray(VISITS_A_DAY * factor * activity, dtype=np.float64)


def _choose(rng: np.random.Generator, commune: Ints, venues: list[Venue], communes: int) -> Ints:
    """A place for each row: mostly in its own commune, by the kind's share of visits and the place's popularity."""
    weights = np.zeros(len(venues))
    for kind, habit in HABITS.items():
        rows = [index for index, venue in enumerate(venues) if venue.kind == kind]
        if rows:
            own = np.array([venues[index].weight for index in rows])
            weights[rows] = habit.visits * own / own.sum()
    everywhere = weights / weights.sum()
    home = np.array([venue.commune for venue in venues])
    drawn = rng.random(len(commune))
    chosen = np.empty(len(commune), dtype=np.int64)
    for index in range(communes):
        local = np.where(home == index, weights, 0.0)
        mixed = (
            everywhere if not local.any() else IN_OWN_COMMUNE * local / local.sum() + (1 - IN_OWN_COMMUNE) * everywhere
        )
        mine = commune == index
        sums = np.cumsum(mixed)
        chosen[mine] = np.minimum(np.searchsorted(sums / sums[-1], drawn[mine], side="right"), len(venues) - 1)
    return chosen


Columns = tuple[Ints, Ints, Ints, Ints, Flags]


def _outings(rng: np.random.Generator, calendar: Calendar, going: Going, venues: list[Venue], rate: Floats) -> Columns:
    people, days = len(rate), calendar.days + 1
    communes = max(int(going.commune.max()), *(venue.commune for venue in venues)) + 1
    favourite = np.stack([_choose(rng, going.commune, venues, communes) for _ in FAVOURITES], axis=1)
    counts = rng.poisson(np.repeat(rate, days))
    cell = np.repeat(np.arange(people * days), counts)
    person, day = cell // days, cell % days
    place = _choose(rng, going.commune[person], venues, communes)
    loyal = rng.random(len(person)) < TO_A_FAVOURITE
    which = np.searchsorted(np.cumsum(FAVOURITES), rng.random(len(person))).clip(0, len(FAVOURITES) - 1)
    place = np.where(loyal, favourite[person, which], place)
    t_in, length, keep = _times(rng, calendar, venues, place, day)
    columns = person, place, t_in, t_in + length, np.zeros(len(person), dtype=np.bool_)
    return tuple(column[keep] for column in columns)  # type: ignore[return-value]


def _times(
    rng: np.random.Generator, calendar: Calendar, venues: list[Venue], place: Ints, day: Ints
) -> tuple[Ints, Ints, Flags]:
    """Arrival and length of each outing, inside opening hours, and which outings happen (weekends differ)."""
    opens = np.array([0 if venue.opens is None else venue.opens for venue in venues])[place]
    closes = np.array([2 * DAY // MINUTE if venue.closes is None else venue.closes for venue in venues])[place]
    last = np.minimum(closes, DAY // MINUTE) - LAST_ENTRY
    kinds = np.array([list(HABITS).index(venue.kind) for venue in venues])[place]
    minute, stay, factor = np.empty(len(place)), np.empty(len(place)), np.empty(len(place))
    for number, habit in enumerate(HABITS.values()):
        mine = np.flatnonzero(kinds == number)
        centres, spreads, shares = (np.array(column, dtype=float) for column in zip(*habit.peaks, strict=True))
        peak = rng.choice(len(centres), size=len(mine), p=shares / shares.sum())
        minute[mine] = rng.normal(centres[peak], spreads[peak])
        stay[mine] = rng.lognormal(np.log(habit.stay), habit.spread, len(mine))
        factor[mine] = habit.weekend
    # Whoever would come to a closed door comes some time when it is open.
    shut = (minute < opens) | (minute > last)
    minute[shut] = rng.uniform(opens[shut], last[shut])
    t_in = calendar.start + day * DAY + (minute * MINUTE).astype(np.int64)
    length = np.maximum((stay * MINUTE).astype(np.int64), SHORTEST)
    until_closing = calendar.start + day * DAY + closes * MINUTE - t_in
    weekend = np.array([calendar.weekday(d) >= 5 for d in range(calendar.days + 1)])[day]
    likely = np.where(weekend, factor, 1.0) / np.maximum(factor, 1.0)
    return t_in, np.minimum(np.minimum(length, until_closing), LONGEST), rng.random(len(place)) < likely


def _work(rng: np.random.Generator, calendar: Calendar, going: Going, venues: list[Venue]) -> Columns:
    """The days at work of those with a job at a place."""
    workers = np.array(sorted(going.jobs), dtype=np.int64)
    job = np.array([going.jobs[int(worker)] for worker in workers], dtype=np.int64)
    days = calendar.days + 1
    person, day = np.repeat(workers, days), np.tile(np.arange(days), len(workers))
    place = np.repeat(job, days)
    opens = np.array([8 * 60 if venue.opens is None else venue.opens for venue in venues], dtype=np.int64)[place]
    closes = np.array([20 * 60 if venue.closes is None else venue.closes for venue in venues], dtype=np.int64)[place]
    weekdays_only = np.array([HABITS[venue.kind].weekend == 0 for venue in venues])[place]
    weekend = np.array([calendar.weekday(d) >= 5 for d in range(days)])[day]
    on_duty = np.where(weekend, np.where(weekdays_only, 0.0, WEEKEND_SHIFT), 0.92)
    # Half of a long day's staff takes the late shift.
    late = rng.random(len(person)) < 0.5
    room = (closes - opens) * MINUTE
    length = np.minimum(WORKDAY + rng.normal(0, 15 * MINUTE, len(person)), room).astype(np.int64)
    shift = np.where(late, room - length, np.minimum(rng.integers(0, 10 * MINUTE, len(person)), room - length))
    t_in = calendar.start + day * DAY + opens * MINUTE + shift
    keep = rng.random(len(person)) < on_duty
    columns = person, place, t_in, t_in + length, np.ones(len(person), dtype=np.bool_)
    return tuple(column[keep] for column in columns)  # type: ignore[return-value]


def _habits(rng: np.random.Generator, has_phone: Flags, person: Ints, at_work: Flags) -> tuple[Flags, Flags]:
    """Which stays were scanned, and which of those were scanned out (about 70 in a hundred)."""
    people = len(has_phone)
    compliance = np.where(has_phone, rng.beta(*SCANS, people), rng.beta(*SCANS_WITHOUT_PHONE, people))
    forgets = rng.beta(*FORGETS_OUT, people)
    scanned = rng.random(len(person)) < np.where(at_work, STAFF_SCAN, compliance[person])
    return scanned, scanned & (rng.random(len(person)) >= forgets[person])


def _with(stays: Presences, calendar: Calendar, appointments: list[Appointment]) -> Presences:
    """Put the story's stays in, and free those days of everything else."""
    if not appointments:
        return stays
    busy = {(a.person, (a.t_in - calendar.start) // DAY) for a in appointments}
    marks = np.array([person * (calendar.days + 2) + day for person, day in busy])
    touches = [stays.person * (calendar.days + 2) + (t - calendar.start) // DAY for t in (stays.t_in, stays.t_out)]
    free = stays.where(~np.isin(touches[0], marks) & ~np.isin(touches[1], marks))
    extra = Presences(
        person=np.array([a.person for a in appointments], dtype=np.int64),
        place=np.array([a.place for a in appointments], dtype=np.int64),
        t_in=np.array([a.t_in for a in appointments], dtype=np.int64),
        t_out=np.array([a.t_out for a in appointments], dtype=np.int64),
        scanned=np.ones(len(appointments), dtype=np.bool_),
        scanned_out=np.array([a.scanned_out for a in appointments], dtype=np.bool_),
    )
    return Presences(*(np.concatenate([getattr(free, c.name), getattr(extra, c.name)]) for c in fields(Presences)))


def one_place_at_a_time(stays: Presences) -> Presences:
    """Drop each stay that begins before an earlier one of the same person has ended."""
    ordered = stays.sorted()
    if not len(ordered):
        return ordered
    origin = int(ordered.t_in.min())
    # Persons are laid out one after the other on one line of time, so that one running maximum serves all.
    line = ordered.person * (int(ordered.t_out.max()) - origin + 2 * DAY)
    busy_until = np.maximum.accumulate(line + ordered.t_out - origin + BETWEEN)
    keep = np.concatenate([[True], (line + ordered.t_in - origin)[1:] >= busy_until[:-1]])
    return ordered.where(keep)
