"""Tracing on 10 million visits with the product's own engine, sources and tables.

trace.f1: one case to its close contacts. trace.f2: 100 cases to the second level. Both warm, with homes and visits.
`against`: the same statements on the same visits with the two plain indexes that foreign keys get, instead of the
covering ones.

Loading takes most of the time: with BENCH_TRACE_WORLD naming a folder, the world made there is kept and used again.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.checkin_world import migrate
from bench.database import throw_away
from bench.figure import Figure, say
from lachan.ground.platform.postgres import Cluster

VISITS, LEAST = 10_000_000, 50_000
DAYS = 21
ORIGIN = datetime(2026, 11, 2, tzinfo=UTC)
CASES, RUNS = 100, 7
# The plain indexes take the better part of a minute for 100 cases.
SLOW_RUNS = 3
# As places.md §5.1 draws them, from the national figures of 2021 to 2022.
PEOPLE_SHARE, PLACES_SHARE = 0.159, 0.00588
REGIONS, LOCAL, FAVOURITES = 20, 0.92, 0.6
STAYS_MIN = (15, 30, 45, 60, 120, 240, 480)
PEAKS_H = (8.0, 12.0, 18.0)
HOME_SIZE = 3.6
CHUNK = 500_000


@contextlib.contextmanager
def _cluster() -> Iterator[Cluster]:
    """A started cluster: that of the folder BENCH_TRACE_WORLD, left there afterwards, or one that is thrown away."""
    settings = {"maintenance_work_mem": "512MB", "max_wal_size": "8GB"}
    kept = os.environ.get("BENCH_TRACE_WORLD")
    if not kept:
        with throw_away(settings) as cluster:
            yield cluster
        return
    folder = Path(kept)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    cluster = Cluster.at(folder, settings=settings)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


def run(scale: float) -> Iterator[Figure]:
    visits = max(LEAST, int(VISITS * scale))
    with _cluster() as cluster:
        folder = Path(cluster.base).parent / "trace"
        migrate(cluster.url(), folder)
        environment = os.environ | {
            "DATABASE_URL": cluster.url(),
            "DJANGO_SETTINGS_MODULE": "lachan.ground.platform.settings",
            "LACHAN_DATA": str(folder),
        }
        command = [sys.executable, "-m", "bench.trace", str(visits)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            for line in worker.stdout:
                yield Figure(**json.loads(line))
        if worker.returncode:
            raise RuntimeError(f"bench.trace ended with {worker.returncode}")


def _draw(visits: int) -> dict[str, Any]:
    """The columns of the visits, in order of arrival: person, place (from 1), seconds since ORIGIN, minutes stayed."""
    import numpy as np

    rng = np.random.default_rng(2021)
    people, places = max(1000, int(visits * PEOPLE_SHARE)), max(200, int(visits * PLACES_SHARE))
    per_region = places // REGIONS
    weight = 1.0 / (np.arange(per_region) + 10.0) ** 0.8
    cumulative = np.cumsum(weight / weight.sum())
    activity = np.cumsum(rng.lognormal(0.0, 1.0, people))
    home_region = rng.integers(0, REGIONS, people)

    def popular(region: Any) -> Any:
        return region * per_region + np.searchsorted(cumulative, rng.random(region.size))

    favourites = np.stack([popular(home_region) for _ in range(3)])
    person = np.searchsorted(activity, rng.random(visits) * activity[-1])
    region = np.where(rng.random(visits) < LOCAL, home_region[person], rng.integers(0, REGIONS, visits))
    place = np.where(
        rng.random(visits) < FAVOURITES, favourites[rng.integers(0, 3, visits), person], popular(region)
    ).clip(0, places - 1)
    hour = np.array(PEAKS_H)[rng.integers(0, 3, visits)] + rng.normal(0, 1.5, visits)
    second = (rng.integers(0, DAYS, visits) * 24 + hour.clip(5, 22)) * 3600
    order = np.argsort(second)
    minutes = np.array(STAYS_MIN)[rng.integers(0, len(STAYS_MIN), places)][place]
    stayed = (minutes * rng.lognormal(0, 0.3, visits)).clip(2, 1440).astype(np.int64)
    return {
        "person": person[order] + 1, "place": place[order] + 1, "second": second[order].astype(np.int64),
        "stayed": stayed[order], "people": people, "places": places,
    }  # fmt: skip


def _copy(connection: Any, statement: str, columns: list[Any]) -> None:
    """COPY arrays of whole numbers as text: no Python object per value outlives its chunk."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for start in range(0, len(columns[0]), CHUNK):
            lists = [column[start : start + CHUNK].tolist() for column in columns]
            copy.write("".join("\t".join(map(str, row)) + "\n" for row in zip(*lists, strict=True)))


_FILL = """
INSERT INTO checkin_visit (id, place_id, person_id, t_in, t_out, certain_until, ending, trust)
SELECT gen_random_uuid(), place, person, %(origin)s + second * interval '1 second',
       %(origin)s + second * interval '1 second' + stayed * interval '1 minute',
       %(origin)s + second * interval '1 second' + stayed * interval '1 minute', 1, 1
FROM raw ORDER BY second
"""
_PLAIN = """
CREATE SCHEMA plain;
CREATE TABLE plain.checkin_visit AS TABLE public.checkin_visit;
CREATE INDEX ON plain.checkin_visit (place_id);
CREATE INDEX ON plain.checkin_visit (person_id);
"""


def _load(connection: Any, visits: int) -> list[int]:
    """Fill the tables; returns people who can be cases: with visits in the middle week, picked by chance."""
    import numpy as np

    started = time.perf_counter()
    drawn = _draw(visits)
    say(f"  drew {visits:,} visits of {drawn['people']:,} people at {drawn['places']:,} places")
    # Visits and homes refer to people who need no other row here.
    connection.execute("SET session_replication_role = replica")
    connection.execute("CREATE UNLOGGED TABLE raw (person bigint, place bigint, second bigint, stayed bigint)")
    _copy(connection, "COPY raw FROM STDIN", [drawn[name] for name in ("person", "place", "second", "stayed")])
    connection.execute("DROP INDEX checkin_visit_place, checkin_visit_person")
    connection.execute(_FILL, {"origin": ORIGIN})
    connection.execute("DROP TABLE raw")
    connection.execute("CREATE INDEX checkin_visit_place ON checkin_visit (place_id, t_in) INCLUDE (t_out, person_id)")
    connection.execute("CREATE INDEX checkin_visit_person ON checkin_visit (person_id, t_in) INCLUDE (place_id, t_out)")
    homes = np.random.default_rng(7).integers(1, int(drawn["people"] / HOME_SIZE) + 2, drawn["people"])
    since = np.full(drawn["people"], 20200101)
    statement = "COPY people_householdmember (person_id, household_id, since) FROM STDIN"
    _copy(connection, statement, [np.arange(1, drawn["people"] + 1), homes, since])
    connection.execute(_PLAIN)
    for table in ("public.checkin_visit", "plain.checkin_visit", "people_householdmember"):
        connection.execute(f"VACUUM ANALYZE {table}")
    say(f"  loaded in {time.perf_counter() - started:.0f} s")
    week = (drawn["second"] >= 10 * 86_400) & (drawn["second"] < 17 * 86_400)
    able = np.unique(drawn["person"][week])
    picked = [int(p) for p in np.random.default_rng(3).choice(able, CASES + RUNS, replace=False)]
    # Last, and at once, so that a world whose loading was interrupted is not taken for whole.
    with connection.transaction():
        connection.execute("CREATE TABLE bench_world (visits bigint, cases bigint[])")
        connection.execute("INSERT INTO bench_world VALUES (%s, %s)", [visits, picked])
    return picked


def _people(connection: Any, visits: int) -> list[int]:
    """The people of the world that is there, or of one loaded now. Raises RuntimeError for a world of another size."""
    if connection.execute("SELECT to_regclass('bench_world')").fetchone()[0] is None:
        return _load(connection, visits)
    (there, people) = connection.execute("SELECT visits, cases FROM bench_world").fetchone()
    if there != visits:
        raise RuntimeError(f"BENCH_TRACE_WORLD holds {there:,} visits, not {visits:,}: name another folder")
    return list(people)


def _measure(url: str, visits: int) -> Iterator[Figure]:
    import django
    import psycopg

    django.setup()
    from django.db import connection, transaction

    from lachan.response.tracing.engine import run_hops
    from lachan.response.tracing.rule import IndexCase, Rule
    from lachan.response.tracing.sources import registered

    with psycopg.connect(url, autocommit=True) as raw:
        people = _people(raw, visits)
    start, end, horizon = (ORIGIN + timedelta(days=days) for days in (10, 17, DAYS))
    rule = Rule(timedelta(hours=24), timedelta(minutes=15), timedelta(0), timedelta(hours=24))
    sources = registered()

    def trace(who: list[int], depth: int) -> tuple[float, int, int]:
        index = [IndexCase(n, person, start, end) for n, person in enumerate(who, start=1)]
        with transaction.atomic():
            began = time.perf_counter()
            hops = run_hops(index=index, sources=sources, rule=rule, horizon=horizon, depth=depth)
            took = (time.perf_counter() - began) * 1000
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM tracing_person")
                return took, sum(hop.meetings for hop in hops), int(cursor.fetchone()[0])

    def on(schemas: str, who: list[int], depth: int) -> tuple[float, int, int]:
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path = {schemas}")
        return trace(who, depth)

    def both(who: list[int], depth: int) -> tuple[float, float, int, int]:
        # Warm: the other table's turn has pushed this one's pages out of the database's memory.
        on("public", who, depth)
        ours = on("public", who, depth)
        theirs = on("plain, public", who, depth)
        assert ours[1:] == theirs[1:], "the two tables answer differently"
        return ours[0], theirs[0], ours[1], ours[2]

    yield from _one_case(both, people[CASES:])
    yield from _hundred_cases(both, people[:CASES])


Both = Callable[[list[int], int], tuple[float, float, int, int]]


def _figure(name: str, timed: list[tuple[float, float, int, int]], what: str) -> Figure:
    """Medians in ms; what was found is that of the run whose size is the median's."""
    meetings, reached = (statistics.median([t[n] for t in timed]) for n in (2, 3))
    ours, theirs = (statistics.median([t[n] for t in timed]) for n in (0, 1))
    note = f"{what}: {meetings:,.0f} meetings, {reached:,.0f} people"
    say(f"  {name}: {ours:.1f} ms against {theirs:.1f} ms; {note}")
    return Figure(name, ours, "ms", "lower", len(timed), "foreign-key indexes", theirs, note)


def _one_case(both: Both, people: list[int]) -> Iterator[Figure]:
    for person in people:
        both([person], 1)
    yield _figure("trace.f1", [both([person], 1) for person in people], "median of other cases each run")


def _hundred_cases(both: Both, people: list[int]) -> Iterator[Figure]:
    yield _figure("trace.f2", [both(people, 2) for _ in range(SLOW_RUNS)], "100 cases")


if __name__ == "__main__":
    from dataclasses import asdict

    for figure in _measure(os.environ["DATABASE_URL"], int(sys.argv[1])):
        print(json.dumps(asdict(figure)), flush=True)
