"""trace() equals a brute-force oracle on random small worlds: contacts, levels, earliest exposures, evidence."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec
import pytest
from django.db import connection, transaction

from lachan.register.profiles.actions import DATA
from lachan.register.profiles.document import Profile, parse_toml
from lachan.response.tracing.sources import ContactSource, HouseholdSource
from lachan.response.tracing.tests import oracle, worlds
from lachan.response.tracing.tests.visits import VisitSource
from lachan.response.tracing.trace import Trace, trace

SOURCES: list[ContactSource] = [VisitSource(), HouseholdSource()]
SEEDS = 500
BATCH = 25


def profile_of(world: worlds.World) -> Profile:
    covid = parse_toml((DATA / "covid19" / "1.toml").read_text(encoding="utf-8"))
    return msgspec.structs.replace(
        covid,
        latent_hours=int(world.times.latent.total_seconds() // 3600),
        minimum_minutes=int(world.times.minimum.total_seconds() // 60),
        tail_minutes=int(world.times.tail.total_seconds() // 60),
        depth=world.depth,
    )


def run(world: worlds.World, sources: Sequence[ContactSource]) -> Trace:
    worlds.insert(world)
    return trace(
        index=world.index,
        sources=sources,
        profile=profile_of(world),
        horizon=world.horizon,
        excluded=world.excluded,
    )


def expect(world: worlds.World) -> oracle.Answer:
    return oracle.answer(
        index={c.person_id: (c.start, c.end) for c in world.index},
        stays=world.stays,
        times=world.times,
        horizon=world.horizon,
        depth=world.depth,
        excluded=world.excluded,
    )


def evidence_of(found: Trace) -> list[oracle.Evidence]:
    return [
        oracle.Evidence(
            via=e.via_id,
            contact=c.person_id,
            level=e.level,
            source=e.source,
            where=e.place_id if e.place_id is not None else e.evidence["household"],
            start=e.starts_at,
            end=e.ends_at,
            seconds_certain=0,
        )
        for c in found.contacts
        for e in c.exposures
    ]


@pytest.fixture
def cast(db: None) -> Iterator[worlds.Cast]:
    return worlds.Cast.create()


def compare(world: worlds.World, seed: int, sources: Sequence[ContactSource] = SOURCES) -> int:
    """Assert that the trace of the world is the oracle's; return how many encounters it has."""
    found, expected = run(world, sources), expect(world)
    assert {c.person_id: c.level for c in found.contacts} == expected.levels, f"levels, seed {seed}"
    assert {c.person_id: c.first_exposure_at for c in found.contacts} == expected.earliest, f"earliest, seed {seed}"
    assert {c.person_id: c.last_exposure_at for c in found.contacts} == expected.latest, f"latest, seed {seed}"
    rows = evidence_of(found)
    assert Counter(rows) == Counter(replace(e, seconds_certain=0) for e in expected.evidence), f"evidence, seed {seed}"
    minutes = sorted(
        (c.person_id, e.via_id, e.starts_at, e.minutes_certain) for c in found.contacts for e in c.exposures
    )
    assert minutes == sorted((e.contact, e.via, e.start, e.seconds_certain // 60) for e in expected.evidence), seed
    roots = {c.case_id: c.person_id for c in world.index}
    for contact in found.contacts:
        for exposure in contact.exposures:
            if exposure.level == 1:
                assert roots[exposure.case_id] == exposure.via_id
    return len(rows)


def expanded_again() -> int:
    """How many people of the last trace were reached earlier by a longer chain."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tracing_person WHERE improved > level")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("batch", range(SEEDS // BATCH))
def test_trace_equals_the_oracle(cast: worlds.Cast, batch: int) -> None:
    rows = again = 0
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        savepoint = transaction.savepoint()
        rows += compare(worlds.make(seed, cast), seed)
        again += expanded_again()
        transaction.savepoint_rollback(savepoint)
    # A generator of empty worlds, or of worlds without detours, would prove nothing.
    assert rows > 3 * BATCH
    assert again > 0
