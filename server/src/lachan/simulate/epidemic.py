"""The outbreak as it truly was: who infected whom, where, when; what the desk knows of it is a small part.

One event at a time, earliest infection first. An infectious person can infect whoever shares a place for 15 minutes or
more, by the minutes, the kind of place and how infectious the person is (few infect many), or shares the home, night by
night. Whoever falls ill and stays home, or is isolated, goes nowhere afterwards.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lachan.simulate.clock import DAY, HOUR, MINUTE, Calendar
from lachan.simulate.visits import Flags, Presences

LEAST_EXPOSURE = 15 * MINUTE
# COVID-19 of 2021: incubation 4.5 days (median); infectious from about 2 days before onset, never within the first day.
INCUBATION_MEDIAN, INCUBATION_SPREAD, INCUBATION_LEAST = 4.5 * DAY, 0.35, 2 * DAY
LATENT_LEAST, INFECTIOUS_FOR = DAY, 8 * DAY
BEFORE_ONSET = (1.5 * DAY, 2.5 * DAY)
WITHOUT_SYMPTOMS, WITHOUT_SYMPTOMS_FACTOR = 0.3, 0.6
# Gamma shape of infectiousness (mean 1): a fifth of the infected infects most.
DISPERSION = 0.6
HOME_HAZARD, STAYS_HOME = 0.11, 0.6
NIGHT_FROM, NIGHT_TO = 21 * HOUR, 30 * HOUR


@dataclass(frozen=True, slots=True)
class Infection:
    """One true infection. Instants in seconds; `how` is "imported", "place" or "household".

    `start`–`end` is the whole exposure to the infector; the infection happened at `at`, within it. `recorded`: both
    stays were scanned. Nobody goes out after `cutoff`. `onset` is None for those without symptoms.
    """

    person: int
    at: int
    how: str
    infector: int | None
    place: int | None
    start: int
    end: int
    recorded: bool
    infectious_from: int
    infectious_until: int
    onset: int | None
    isolated: int | None
    cutoff: int | None
    infectivity: float


@dataclass(frozen=True, slots=True)
class Script:
    """What the story says of one of its cases: `by` whom and at which `place`, or from outside."""

    person: int
    at: int
    onset: int
    isolated: int
    infectivity: float
    by: int | None = None
    place: int | None = None
    start: int = 0
    end: int = 0


@dataclass(order=True, frozen=True, slots=True)
class _Candidate:
    at: int
    person: int
    how: str
    infector: int
    place: int
    start: int
    end: int
    recorded: bool


class Outbreak:
    """One run. `hazard` per place: the chance in an hour beside an average case. `homes`: who shares the home."""

    def __init__(
        self,
        rng: np.random.Generator,
        *,
        calendar: Calendar,
        stays: Presences,
        hazard: list[float],
        homes: Callable[[int], list[int]],
        scripts: list[Script],
        strength: float,
    ) -> None:
        self.rng, self.calendar, self.homes, self.strength = rng, calendar, homes, strength
        self.scripts = {script.person: script for script in scripts}
        self.hazard = np.array(hazard)
        self.by_person = stays
        self.by_place = stays.where(np.lexsort((stays.person, stays.t_in, stays.place)))
        self.infections: dict[int, Infection] = {}
        self.queue: list[_Candidate] = []

    def run(self) -> list[Infection]:
        """Every infection up to now, earliest first."""
        for script in self.scripts.values():
            if script.by is None:
                self._infect(self._imported(script))
        while self.queue:
            candidate = heapq.heappop(self.queue)
            if candidate.person not in self.infections and candidate.at <= self.calendar.now:
                self._infect(self._course(candidate))
        return sorted(self.infections.values(), key=lambda infection: (infection.at, infection.person))

    def _imported(self, script: Script) -> Infection:
        return self._scripted(
            script, _Candidate(script.at, script.person, "imported", -1, -1, script.at, script.at, False)
        )

    def _scripted(self, script: Script, candidate: _Candidate) -> Infection:
        first = max(candidate.at + LATENT_LEAST, script.onset - int(BEFORE_ONSET[1]))
        return self._made(
            candidate,
            first=first,
            until=script.isolated,
            onset=script.onset,
            isolated=script.isolated,
            cutoff=script.isolated,
            power=script.infectivity,
        )

    def _course(self, candidate: _Candidate) -> Infection:
        """The illness of whoever caught it. All draws are always made, so that one course does not shift the others."""
        rng, at = self.rng, candidate.at
        script = self.scripts.get(candidate.person)
        incubation = max(INCUBATION_LEAST, INCUBATION_MEDIAN * rng.lognormal(0, INCUBATION_SPREAD))
        lead = rng.uniform(*BEFORE_ONSET)
        silent, stays_home = rng.random() < WITHOUT_SYMPTOMS, rng.random() < STAYS_HOME
        delay, power = rng.uniform(0.3, 2.0) * DAY, rng.gamma(DISPERSION, 1 / DISPERSION)
        if script is not None:
            return self._scripted(script, candidate)
        onset = int(at + incubation)
        first = max(at + LATENT_LEAST, int(onset - lead))
        cutoff = int(onset + delay) if stays_home and not silent else None
        power *= WITHOUT_SYMPTOMS_FACTOR if silent else 1.0
        return self._made(
            candidate,
            first=first,
            until=first + INFECTIOUS_FOR,
            onset=None if silent else onset,
            isolated=None,
            cutoff=cutoff,
            power=power,
        )

    def _made(
        self,
        candidate: _Candidate,
        *,
        first: int,
        until: int,
        onset: int | None,
        isolated: int | None,
        cutoff: int | None,
        power: float,
    ) -> Infection:
        imported = candidate.how == "imported"
        return Infection(
            person=candidate.person,
            at=candidate.at,
            how=candidate.how,
            infector=None if imported else candidate.infector,
            place=candidate.place if candidate.how == "place" else None,
            start=candidate.start,
            end=candidate.end,
            recorded=candidate.recorded,
            infectious_from=first,
            infectious_until=until,
            onset=onset,
            isolated=isolated,
            cutoff=cutoff,
            infectivity=float(power),
        )

    def _infect(self, infection: Infection) -> None:
        self.infections[infection.person] = infection
        for script in self.scripts.values():
            if script.by == infection.person and script.place is not None:
                at = script.start + (script.end - script.start) // 3
                heapq.heappush(
                    self.queue,
                    _Candidate(
                        at, script.person, "place", infection.person, script.place, script.start, script.end, True
                    ),
                )
        self._out(infection)
        self._at_home(infection)

    def _out(self, case: Infection) -> None:
        """Whoever shares a place with the case while it is infectious."""
        mine = slice(*np.searchsorted(self.by_person.person, [case.person, case.person + 1]))
        for place, t_in, t_out, scanned in zip(
            self.by_person.place[mine].tolist(),
            self.by_person.t_in[mine].tolist(),
            self.by_person.t_out[mine].tolist(),
            self.by_person.scanned[mine].tolist(),
            strict=True,
        ):
            if case.cutoff is not None and t_out > case.cutoff:
                continue
            first = max(t_in, case.infectious_from)
            last = min(t_out, case.infectious_until, self.calendar.now)
            if last - first >= LEAST_EXPOSURE:
                self._around(case, place, first, last, scanned)

    def _around(self, case: Infection, place: int, first: int, last: int, scanned: bool) -> None:
        there = self.by_place
        low, high = np.searchsorted(there.place, [place, place + 1])
        until = low + np.searchsorted(there.t_in[low:high], last - LEAST_EXPOSURE, side="right")
        rows = np.arange(low, until)[there.t_out[low:until] >= first + LEAST_EXPOSURE]
        rows = rows[there.person[rows] != case.person]
        start = np.maximum(there.t_in[rows], first)
        end = np.minimum(there.t_out[rows], last)
        long_enough = end - start >= LEAST_EXPOSURE
        rows, start, end = rows[long_enough], start[long_enough], end[long_enough]
        rate = self.hazard[place] * self.strength * case.infectivity / HOUR
        caught = self.rng.random(len(rows)) < -np.expm1(-rate * (end - start))
        moment = start + (self.rng.random(len(rows)) * (end - start)).astype(np.int64)
        for row, s, e, at in zip(
            rows[caught].tolist(), start[caught].tolist(), end[caught].tolist(), moment[caught].tolist(), strict=True
        ):
            self._offer(
                _Candidate(
                    at, int(there.person[row]), "place", case.person, place, s, e, bool(scanned and there.scanned[row])
                )
            )

    def _at_home(self, case: Infection) -> None:
        """Every night in the same home; only the first night that infects counts."""
        last = min(case.infectious_until, self.calendar.now)
        nights = range((case.infectious_from - self.calendar.start) // DAY - 1, self.calendar.days + 1)
        for other in self.homes(case.person):
            if other == case.person:
                continue
            for night in nights:
                start = max(self.calendar.midnight(night) + NIGHT_FROM, case.infectious_from)
                end = min(self.calendar.midnight(night) + NIGHT_TO, last)
                chance = 1 - np.exp(-HOME_HAZARD * self.strength * case.infectivity)
                if end - start >= LEAST_EXPOSURE and self.rng.random() < chance:
                    at = start + int(self.rng.random() * (end - start))
                    # A household is known to the register, so this exposure is on record.
                    self._offer(_Candidate(at, other, "household", case.person, -1, start, end, True))
                    break

    def _offer(self, candidate: _Candidate) -> None:
        script = self.scripts.get(candidate.person)
        if candidate.person not in self.infections and script is None:
            heapq.heappush(self.queue, candidate)


def happened(stays: Presences, infections: list[Infection]) -> Flags:
    """Which stays illness and isolation did not prevent."""
    keep = np.ones(len(stays), dtype=np.bool_)
    for infection in infections:
        if infection.cutoff is not None:
            keep &= ~((stays.person == infection.person) & (stays.t_out > infection.cutoff))
    return keep


def isolate(infections: list[Infection], person: int, at: int) -> list[Infection] | None:
    """The same outbreak with that person isolated from `at`; None when somebody caught it from them later."""
    if any(other.infector == person and other.end > at for other in infections):
        return None
    return [
        replace(one, isolated=at, cutoff=min(at, one.cutoff or at), infectious_until=min(at, one.infectious_until))
        if one.person == person
        else one
        for one in infections
    ]
