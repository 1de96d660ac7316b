"""Check-ins over HTTP, durable: against an ordinary Django view, and against what PostgreSQL can do with single rows.

One worker, 64 connections, the load generator on the same cores, fsync on. The three are measured in turn over one
database.
"""

import contextlib
import os
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bench import checkin_world, load
from bench.database import throw_away
from bench.figure import Figure, in_turn, say
from lachan.ground.platform import postgres

PHONES, PLACES = 10_000, 10_000
CONNECTIONS = 64
RUNS = 5
SECONDS = 8.0
# An overload is one only when more requests are under way than the queue holds (4,000) and its two connections carry
# (1,000 each): each connection of the crowd has one.
CROWD = 12_000
# The crowd takes some seconds to fill the queue; it is held there as long again.
LEAST_OVERLOAD_S = 8.0
FASTEST = 12_000

# What the lane's statement does, for one row: the same look-ups by index, the same two inserts.
_PGBENCH = """
\\set phone random(1, {phones})
\\set place random(1, {places})
WITH known AS (
    SELECT device.id AS device_id, account.id AS account_id, own.id AS person_id, place.id AS place_id,
           gen_random_uuid() AS key, gen_random_uuid() AS id
    FROM access_device device
    JOIN access_account account ON account.id = device.account_id AND account.is_active AND NOT account.is_officer
    JOIN people_person own ON own.account_id = account.id
    JOIN places_placecode code ON code.place_id = :place AND code.revoked_at IS NULL
    JOIN places_place place ON place.id = code.place_id AND place.closed_at IS NULL
    WHERE device.token_hash = sha256(convert_to('token-' || :phone, 'UTF8'))
      AND device.revoked_at IS NULL AND device.expires_at > now()
), stored AS (
    INSERT INTO checkin_receipt (device_id, key, body_hash, event_id, place_id, at, direction, received_at)
    SELECT device_id, key, sha256(convert_to(key::text, 'UTF8')), id, place_id, now(), 1, now() FROM known
    ON CONFLICT (device_id, key) DO NOTHING RETURNING event_id
)
INSERT INTO checkin_event (id, person_id, place_id, at, direction, trust, by_account_id, device_id, received_at)
SELECT id, person_id, place_id, now(), 1, 1, account_id, device_id, now() FROM known
WHERE (id IN (SELECT event_id FROM stored)) IS TRUE;
"""

_CODES = [checkin_world.code_of(n) for n in range(1, PLACES + 1)]


def request(worker: int, number: int) -> bytes:
    """A check-in nobody has sent before."""
    key = uuid.uuid4()
    now = datetime.now(UTC).isoformat()
    code = _CODES[key.int % PLACES]
    body = f'{{"key":"{key}","code":"{code}","direction":"in","at":"{now}","sent_at":"{now}"}}'
    return (
        "POST /api/v1/checkins HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer token-{key.int % PHONES + 1}\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    ).encode()


@contextlib.contextmanager
def _serving(
    command: list[str], port: int, environment: dict[str, str], path: str
) -> Iterator[subprocess.Popen[bytes]]:
    """The server process, answering; stopped afterwards."""
    process = subprocess.Popen(command, env=environment, stdout=sys.stderr, stderr=sys.stderr)
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
            except urllib.error.HTTPError:
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command[2]} did not start") from None
                time.sleep(0.1)
            else:
                break
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _rss_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no Rss")


def _pgbench(cluster: postgres.Cluster, script: Path, seconds: float) -> float:
    command = [str(cluster.bin_dir / "pgbench"), "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2"]
    command += [
        "-T",
        str(max(1, round(seconds))),
        "-f",
        str(script),
        "-h",
        str(cluster.socket_dir),
        "-U",
        postgres.ROLE,
    ]
    done = subprocess.run([*command, postgres.DATABASE], capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def run(scale: float) -> Iterator[Figure]:
    seconds = max(1.0, SECONDS * scale)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Before the servers start: they keep a file for each connection, too.
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    runs = RUNS if scale >= 0.1 else 2
    # psycopg and pgbench run as this user; the cluster's socket folder is the cluster user's, which root may enter.
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-web-"))
    with throw_away({"fsync": "on", "synchronous_commit": "on"}) as cluster, contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        say(f"register of {PHONES:,} phones and {PLACES:,} places")
        checkin_world.migrate(cluster.url(), folder)
        checkin_world.seed(cluster.url(), PHONES, PLACES)
        script = folder / "checkin.sql"
        script.write_text(_PGBENCH.format(phones=PHONES, places=PLACES))
        environment = {**os.environ, "DATABASE_URL": cluster.url(), "LACHAN_DATA": str(folder)}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        ours, theirs = _free_port(), _free_port()
        uvicorn = [sys.executable, "-m", "uvicorn", "lachan.serve.asgi:application", "--host", "127.0.0.1"]
        uvicorn += ["--port", str(ours), "--no-access-log", "--log-level", "warning", "--backlog", "8192"]
        granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(theirs)]
        granian += ["--workers", "1", "--blocking-threads", "16", "--no-ws", "--log-level", "warning"]
        lane = stack.enter_context(_serving(uvicorn, ours, environment, "/healthz"))
        stack.enter_context(_serving([*granian, "bench._checkin_orm:application"], theirs, environment, "/"))

        results: list[load.Result] = []

        def over_http(port: int, rate: int) -> load.Result:
            return load.run(port, request, seconds=seconds, connections=CONNECTIONS, most=int(rate * seconds) + 1000)

        def by_lane() -> float:
            results.append(over_http(ours, FASTEST))
            return results[-1].good_rate

        ways = {
            "lane": by_lane,
            "django-orm": lambda: over_http(theirs, FASTEST // 4).good_rate,
            "pgbench": lambda: _pgbench(cluster, script, seconds),
        }
        say("warming up")
        for measure in ways.values():
            measure()
        results.clear()
        rates = in_turn(ways, runs)
        yield Figure("checkin.durable", rates["lane"], "req/s", "higher", runs, "django-orm", rates["django-orm"])
        yield Figure("checkin.ceiling", rates["lane"], "req/s", "higher", runs, "pgbench", rates["pgbench"])
        p99 = statistics.median(result.percentile(0.99) for result in results) * 1000
        yield Figure("checkin.p99", p99, "ms", "lower", runs, note=f"closed loop, {CONNECTIONS} connections")
        yield Figure("checkin.rss", _rss_mib(lane.pid), "MiB", "lower", 1)
        yield from _overload(ours, rates["lane"], seconds, lane.pid, hard)
        _check(cluster)


def _overload(port: int, capacity: float, seconds: float, pid: int, hard: int) -> Iterator[Figure]:
    """Twice what it can do, open loop, from more connections than the queue holds."""
    crowd = min(CROWD, hard - 500)
    seconds = max(seconds, LEAST_OVERLOAD_S)
    result = load.run(
        port, request, seconds=seconds, connections=crowd, most=int(capacity * seconds * 2.2), rate=capacity * 2
    )
    answers = sum(result.statuses.values())
    refused = result.statuses[503]
    if not refused:
        raise RuntimeError(f"the queue never filled ({dict(result.statuses)}): that was no overload")
    good = result.statuses[200] + result.statuses[201]
    # A refusal that doesn't say when to come back is no orderly one.
    other = answers - good - refused + result.mute
    told = dict(sorted(result.statuses.items()))
    note = f"{crowd} connections, {capacity * 2:.0f} req/s offered for {seconds:.0f} s, answers {told}, 503 without"
    note += f" Retry-After {result.mute}, worker {_rss_mib(pid):.0f} MiB"
    yield Figure("checkin.overload", other / answers, "share", "lower", 1, note=note)
    yield Figure(
        "checkin.refused", refused / answers, "share", "lower", 1, note="503 with Retry-After, in the overload"
    )


def _check(cluster: postgres.Cluster) -> None:
    """A figure of writes that were not there would be worth nothing."""
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM checkin_event), (SELECT count(*) FROM checkin_receipt),"
            " current_setting('fsync')"
        ).fetchone()
    say(f"stored: {row}")
    if row is None or row[0] != row[1] or row[2] != "on":
        raise RuntimeError(f"events, receipts, fsync: {row}")
