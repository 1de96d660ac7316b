"""The real sources, check-in and household, against the brute-force oracle (500 random worlds)."""

import pytest
from django.db import transaction

from lachan.response.tracing.sources import registered
from lachan.response.tracing.tests import worlds
from lachan.response.tracing.tests.test_oracle import BATCH, SEEDS, cast, compare

__all__ = ["cast"]
# Other worlds than those of the room's own test.
FIRST_SEED = 10_000


def test_both_sources_are_there() -> None:
    assert {"checkin", "household"} <= {source.name for source in registered()}


@pytest.mark.parametrize("batch", range(SEEDS // BATCH))
def test_trace_over_the_real_sources_equals_the_oracle(cast: worlds.Cast, batch: int) -> None:
    sources = [source for source in registered() if source.name in {"checkin", "household"}]
    for seed in range(FIRST_SEED + batch * BATCH, FIRST_SEED + (batch + 1) * BATCH):
        savepoint = transaction.savepoint()
        compare(worlds.make(seed, cast), seed, sources)
        transaction.savepoint_rollback(savepoint)
