"""The lane answers after the commit, refuses quickly, finds the bad row, and comes back by itself."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence

import psycopg
import pytest

from lachan.ground.ingest.lane import AwayError, Connection, FullError, Lane, RowError

TABLE = "ingest_lane_test"


@pytest.fixture
def dsn() -> str:
    return os.environ["DATABASE_URL"]


@pytest.fixture
def table(dsn: str) -> AsyncIterator[str]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
        connection.execute(f"CREATE TABLE {TABLE} (number integer PRIMARY KEY CHECK (number >= 0))")
        yield TABLE
        connection.execute(f"DROP TABLE {TABLE}")


async def insert(connection: Connection, rows: Sequence[int]) -> list[str]:
    await connection.execute("INSERT INTO ingest_lane_test SELECT unnest(%s::int[])", [list(rows)])
    return [f"row {row}" for row in rows]


def stored(dsn: str) -> list[int]:
    with psycopg.connect(dsn) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM ingest_lane_test ORDER BY 1").fetchall()]


async def test_each_row_gets_its_own_result_after_the_commit(dsn: str, table: str) -> None:
    lane: Lane[int, str] = Lane(insert, dsn, max_batch=7)
    await lane.start()
    futures = [lane.submit(i) for i in range(100)]
    assert await futures[42] == "row 42"
    assert 42 in stored(dsn)
    assert await asyncio.gather(*futures) == [f"row {i}" for i in range(100)]
    assert stored(dsn) == list(range(100))
    assert lane.counters.rows == 100
    assert lane.counters.batches >= 100 / 7
    await lane.close()


async def test_rows_that_wait_together_share_a_transaction(dsn: str, table: str) -> None:
    lane: Lane[int, str] = Lane(insert, dsn, lanes=1)
    await lane.start()
    await asyncio.gather(*[lane.submit(i) for i in range(500)])
    assert lane.counters.batches < 10
    await lane.close()


async def test_bad_rows_fail_alone(dsn: str, table: str) -> None:
    lane: Lane[int, str] = Lane(insert, dsn, lanes=1)
    await lane.start()
    rows = [*range(20), -1, *range(20, 50), -2, 7]
    results = await asyncio.gather(*[lane.submit(row) for row in rows], return_exceptions=True)
    refused = [row for row, result in zip(rows, results, strict=True) if isinstance(result, RowError)]
    assert refused == [-1, -2, 7]
    assert stored(dsn) == list(range(50))
    await lane.close()


async def test_a_full_queue_refuses_at_once(dsn: str, table: str) -> None:
    gate = asyncio.Event()

    async def wait(connection: Connection, rows: Sequence[int]) -> list[str]:
        await gate.wait()
        return await insert(connection, rows)

    lane: Lane[int, str] = Lane(wait, dsn, lanes=1, max_batch=1, max_queue=3)
    await lane.start()
    first = lane.submit(0)
    await asyncio.sleep(0.05)
    waiting = [lane.submit(i) for i in (1, 2, 3)]
    with pytest.raises(FullError) as refusal:
        lane.submit(4)
    assert refusal.value.retry_after > 0
    gate.set()
    await asyncio.gather(first, *waiting)
    assert await lane.submit(5) == "row 5"
    assert stored(dsn) == [0, 1, 2, 3, 5]
    await lane.close()


async def test_a_cancelled_request_does_not_disturb_its_batch(dsn: str, table: str) -> None:
    lane: Lane[int, str] = Lane(insert, dsn, lanes=1)
    await lane.start()
    futures = [lane.submit(i) for i in range(10)]
    futures[3].cancel()
    assert (await asyncio.gather(*futures, return_exceptions=True))[4] == "row 4"
    await lane.close()


async def test_close_writes_what_waits_and_takes_no_more(dsn: str, table: str) -> None:
    lane: Lane[int, str] = Lane(insert, dsn, lanes=1, max_batch=3)
    await lane.start()
    futures = [lane.submit(i) for i in range(20)]
    await lane.close()
    assert [await future for future in futures] == [f"row {i}" for i in range(20)]
    with pytest.raises(AwayError):
        lane.submit(99)
    assert stored(dsn) == list(range(20))


async def test_without_a_database_it_refuses_at_once_and_starts_anyway() -> None:
    lane: Lane[int, str] = Lane(insert, "host=/nonexistent dbname=none")
    await lane.start()
    with pytest.raises(AwayError) as refusal:
        lane.submit(1)
    assert refusal.value.retry_after > 0
    await lane.close(timeout=0.1)


async def test_a_lost_connection_refuses_its_batch_and_comes_back(dsn: str, table: str) -> None:
    lane: Lane[int, str] = Lane(insert, dsn, lanes=2)
    await lane.start()
    await lane.submit(1)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lachan-ingest'"
        )
    written: set[int] = set()
    for number in range(2, 500):
        try:
            await lane.submit(number)
            written.add(number)
        except AwayError:
            await asyncio.sleep(0.02)
        if len(written) >= 20:
            break
    assert len(written) >= 20
    assert written <= set(stored(dsn))
    assert lane.counters.lost_connections >= 1
    await lane.close()


async def test_a_write_that_never_answers_is_a_lost_database(dsn: str, table: str) -> None:
    async def hang(connection: Connection, rows: Sequence[int]) -> list[str]:
        if -1 in rows:
            await connection.execute("SELECT pg_sleep(60)")
        return await insert(connection, rows)

    lane: Lane[int, str] = Lane(hang, dsn, lanes=1, write_timeout=0.3)
    await lane.start()
    with pytest.raises(AwayError):
        await lane.submit(-1)
    for _ in range(100):
        try:
            assert await lane.submit(1) == "row 1"
            break
        except AwayError:
            await asyncio.sleep(0.05)
    assert stored(dsn) == [1]
    await lane.close()
