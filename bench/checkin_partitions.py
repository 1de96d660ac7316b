"""Should visits be partitioned by time? Measured for docs/adr: tracing F1/F2, inserts and size on 10 million visits.

Run only when named: `python -m bench checkin_partitions`.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg

from bench.database import throw_away
from bench.figure import Figure, in_turn, say

ON_REQUEST = True
VISITS = 10_000_000
DAYS = 21
START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday, so that weeks are whole
RUNS = 7
CASES = 100
BATCH = 1000

_MAKE = """
CREATE TABLE source AS
SELECT (lpad(to_hex(n), 12, '0') || substr(md5(random()::text), 1, 20))::uuid AS id,
       (power(random(), 2) * %(places)s)::bigint + 1 AS place_id,
       (random() * %(people)s)::bigint + 1 AS person_id,
       t_in,
       t_in + stay AS t_out,
       t_in + stay * random() AS certain_until,
       1::smallint AS ending, 1::smallint AS trust
FROM (SELECT %(start)s::timestamptz + interval '1 day' * floor(random() * %(days)s)
             + interval '6 hours' + interval '15 hours' * random() AS t_in,
             interval '10 minutes' + interval '110 minutes' * random() * random() AS stay
             , n
      FROM generate_series(1, %(visits)s) n) drawn
ORDER BY t_in
"""
_COLUMNS = """(id uuid NOT NULL, place_id bigint NOT NULL, person_id bigint NOT NULL, t_in timestamptz NOT NULL,
 t_out timestamptz NOT NULL, certain_until timestamptz NOT NULL, ending smallint NOT NULL, trust smallint NOT NULL)"""
# name: days a partition
VARIANTS: dict[str, int | None] = {"none": None, "weekly": 7, "monthly": 28, "daily": 1}
# One hop as tracing runs it: index-friendly bounds, stays of at most a day, at least 15 possible minutes, and only
# columns that the two covering indexes hold.
_HOP = """
SELECT f.person, v.person_id AS contact, c.t_in AS via_since, v.t_in AS contact_since,
       greatest(c.t_in, v.t_in, f.start) AS start, least(c.t_out, v.t_out, f.stop) AS stop
FROM {frontier} f
JOIN {visit} c ON c.person_id = f.person AND c.t_in BETWEEN f.start - interval '24 hours' AND f.stop
     AND c.t_out > f.start
JOIN {visit} v ON v.place_id = c.place_id
     AND v.t_in BETWEEN c.t_in - interval '24 hours' AND c.t_out - interval '15 minutes'
     AND v.t_out >= c.t_in + interval '15 minutes' AND v.person_id <> f.person
WHERE least(c.t_out, v.t_out, f.stop) - greatest(c.t_in, v.t_in, f.start) >= interval '15 minutes'
"""


def _build(connection: psycopg.Connection, name: str, rows: int) -> None:
    days = VARIANTS[name]
    began = time.perf_counter()
    if days is None:
        connection.execute(f"CREATE TABLE {name} {_COLUMNS}")
    else:
        connection.execute(f"CREATE TABLE {name} {_COLUMNS} PARTITION BY RANGE (t_in)")
        for number, first in enumerate(range(0, DAYS + 7, days)):
            bounds = [START + timedelta(days=first), START + timedelta(days=first + days)]
            connection.execute(
                f"CREATE TABLE {name}_{number} PARTITION OF {name} FOR VALUES FROM ('{bounds[0]}') TO ('{bounds[1]}')"
            )
    connection.execute(f"INSERT INTO {name} SELECT * FROM source")
    loaded = time.perf_counter()
    connection.execute(f"ALTER TABLE {name} ADD PRIMARY KEY (id{', t_in' if days else ''})")
    connection.execute(f"CREATE INDEX ON {name} (place_id, t_in) INCLUDE (t_out, person_id)")
    connection.execute(f"CREATE INDEX ON {name} (person_id, t_in) INCLUDE (place_id, t_out)")
    connection.execute(f"VACUUM ANALYZE {name}")
    say(f"  {name}: {rows:,} rows in {loaded - began:.0f} s, indexes {time.perf_counter() - loaded:.0f} s")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _trace(connection: psycopg.Connection, visit: str, people: list[int], *, second_hop: bool) -> int:
    """F1, or F1 then F2, each hop materialised; answers how many meetings the last hop found."""
    window = [START + timedelta(days=5), START + timedelta(days=15)]
    connection.execute("DROP TABLE IF EXISTS hop0, hop1, hop2")
    connection.execute("CREATE TEMP TABLE hop0 (person bigint, start timestamptz, stop timestamptz)")
    connection.execute("INSERT INTO hop0 SELECT unnest(%s::bigint[]), %s, %s", [people, *window])
    connection.execute("ANALYZE hop0")
    found = connection.execute(f"CREATE TEMP TABLE hop1 AS {_HOP.format(frontier='hop0', visit=visit)}").rowcount
    if second_hop:
        connection.execute(
            "CREATE TEMP TABLE hop2 AS SELECT contact AS person, min(start) + interval '24 hours' AS start,"
            f" '{START + timedelta(days=DAYS)}'::timestamptz AS stop FROM hop1 GROUP BY contact"
        )
        connection.execute("ANALYZE hop2")
        found = len(connection.execute(_HOP.format(frontier="hop2", visit=visit)).fetchall())
    return found


def _insert(connection: psycopg.Connection, visit: str, batches: int) -> float:
    """Rows a second, in committed batches of 1,000 visits of the last two days."""
    began = time.perf_counter()
    for _ in range(batches):
        connection.execute(
            f"INSERT INTO {visit}"
            " SELECT (to_hex(extract(epoch FROM clock_timestamp())::bigint * 1000 | 1::bigint << 60)"
            " || substr(md5(random()::text), 1, 16))::uuid, (power(random(), 2) * 40000)::bigint + 1,"
            " (random() * 1000000)::bigint, t, t + interval '1 hour', t + interval '1 hour', 1, 1"
            f" FROM (SELECT '{START + timedelta(days=DAYS - 2)}'::timestamptz + interval '2 days' * random() AS t"
            " FROM generate_series(1, 1000)) drawn"
        )
    return batches * BATCH / (time.perf_counter() - began)


def run(scale: float) -> Iterator[Figure]:
    visits = max(20_000, int(VISITS * scale))
    with throw_away({"maintenance_work_mem": "512MB"}) as cluster:  # noqa: SIM117  the one inside needs the one outside
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            say(f"drawing {visits:,} visits over {DAYS} days")
            sizes = {"visits": visits, "people": visits // 6, "places": max(50, visits // 250)}
            connection.execute(_MAKE, {**sizes, "days": DAYS, "start": START})
            for name in VARIANTS:
                _build(connection, name, visits)
            busy = connection.execute(
                "SELECT person_id FROM source TABLESAMPLE SYSTEM (1) REPEATABLE (1) LIMIT %s", [CASES]
            ).fetchall()
            people = [row[0] for row in busy]
            for label, who, second in (("f1", people[:1], False), ("f1x100", people, False), ("f2x100", people, True)):
                found = {name: _trace(connection, name, who, second_hop=second) for name in VARIANTS}
                say(f"{label}: {found}")
                medians = in_turn(
                    {
                        name: lambda n=name, w=who, s=second: _timed(lambda: _trace(connection, n, w, second_hop=s))
                        for name in VARIANTS
                    },
                    RUNS,
                )
                for name in VARIANTS:
                    yield Figure(
                        f"checkin_partitions.{label}.{name}",
                        medians[name],
                        "ms",
                        "lower",
                        RUNS,
                        "none",
                        medians["none"],
                    )
            batches = max(2, int(50 * scale))
            rates = in_turn({name: lambda n=name: _insert(connection, n, batches) for name in VARIANTS}, 5)
            for name in VARIANTS:
                yield Figure(
                    f"checkin_partitions.insert.{name}", rates[name], "rows/s", "higher", 5, "none", rates["none"]
                )
                size = connection.execute(
                    "SELECT pg_total_relation_size(%(name)s::regclass) + coalesce((SELECT sum(pg_total_relation_size("
                    "inhrelid)) FROM pg_inherits WHERE inhparent = %(name)s::regclass), 0)",
                    {"name": name},
                ).fetchone()
                yield Figure(f"checkin_partitions.size.{name}", float(size[0]) / visits, "bytes/visit", "lower", 1)
            yield from _expiry(connection)


def _expiry(connection: psycopg.Connection) -> Iterator[Figure]:
    """The nightly chore: the first day leaves."""
    first, second = START, START + timedelta(days=1)
    ways = {
        "none": "DELETE FROM none WHERE id IN (SELECT id FROM none WHERE t_in >= %s AND t_in < %s)",
        "daily": "DROP TABLE daily_0",
    }
    for name, statement in ways.items():
        arguments = [first, second] if "%s" in statement else []
        took = statistics.median([_timed(lambda s=statement, a=arguments: connection.execute(s, a))])
        yield Figure(f"checkin_partitions.expire_day.{name}", took / 1000, "s", "lower", 1)
