"""What the system got to know of the true stays: the scans, and who made them."""

from dataclasses import dataclass, fields, replace

import numpy as np

from lachan.simulate.households import Population
from lachan.simulate.visits import Ints, Presences

IN, OUT = 1, 2
POSTER, NEARBY, GATEKEEPER = 1, 2, 4
PHONE_NEARBY = 0.12


@dataclass(frozen=True, slots=True)
class Scans:
    """Columns of events, by person and time; `by` is the person whose account sent it."""

    person: Ints
    place: Ints
    at: Ints
    direction: Ints
    trust: Ints
    by: Ints


def reporters(
    stays: Presences, population: Population, owners: dict[int, int], gatekeepers: dict[int, int], places: int
) -> Ints:
    """Who scans for each stay: the person, the guardian, the gatekeeper or owner of the place; -1 for nobody."""
    humans = population.humans
    own = np.array(
        [
            index if human.phone else human.guardian if human.guardian is not None else -1
            for index, human in enumerate(humans)
        ],
        dtype=np.int64,
    )
    gate = np.array([gatekeepers.get(place, owners.get(place, -1)) for place in range(places)], dtype=np.int64)
    mine = own[stays.person]
    return np.where(mine >= 0, mine, gate[stays.place])


def only_reported(stays: Presences, by: Ints) -> Presences:
    """Nobody scans for a person without a phone at a gate without a keeper."""
    return replace(stays, scanned=stays.scanned & (by >= 0), scanned_out=stays.scanned_out & (by >= 0))


def record(rng: np.random.Generator, stays: Presences, by: Ints, owned: list[bool]) -> Scans:
    """The scans of the stays. `owned`: by person, whether they or their guardian have a phone to scan with."""
    seen = stays.where(stays.scanned)
    by = by[stays.scanned]
    near = np.where(rng.random(len(seen)) < PHONE_NEARBY, NEARBY, POSTER)
    trust = np.where(np.array(owned)[seen.person], near, GATEKEEPER)
    out = seen.scanned_out
    scans = Scans(
        person=np.concatenate([seen.person, seen.person[out]]),
        place=np.concatenate([seen.place, seen.place[out]]),
        at=np.concatenate([seen.t_in, seen.t_out[out]]),
        direction=np.concatenate([np.full(len(seen), IN), np.full(int(out.sum()), OUT)]),
        trust=np.concatenate([trust, trust[out]]),
        by=np.concatenate([by, by[out]]),
    )
    order = np.lexsort((scans.at, scans.person))
    return Scans(**{column.name: getattr(scans, column.name)[order] for column in fields(Scans)})
