"""publish.requests, publish.ks, verify.ks, certificate.ks: key uploads a second, durable; and whether the time of an
answer tells a real upload's step from a dummy's (two-sample Kolmogorov-Smirnov: the largest distance between the two
distributions, and how likely chance gives it).

One worker; each upload brings fourteen keys with a certificate of its own. Timing: one connection, real and dummy in
random order.
"""

import contextlib
import http.client
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psycopg

from bench import checkin, checkin_world
from bench.database import throw_away
from bench.figure import Figure, say

UPLOADS, PAIRS, CONNECTIONS = 2000, 1000, 32
_ROOT = "/api/v1/proximity/"


def _headers(number: int, chaff: bool) -> dict[str, str]:
    # Each from an address of its own, so that the limits per address stay out of the figure.
    told = {
        "Content-Type": "application/json",
        "X-Forwarded-For": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
    }
    return told | ({"X-Chaff": "1"} if chaff else {})


def kolmogorov_smirnov(one: list[float], two: list[float]) -> tuple[float, float]:
    """(D, p): the two-sample statistic and its asymptotic p-value."""
    every = np.sort(np.concatenate([one, two]))
    below = [np.searchsorted(np.sort(sample), every, side="right") / len(sample) for sample in (one, two)]
    distance = float(np.abs(below[0] - below[1]).max())
    size = math.sqrt(len(one) * len(two) / (len(one) + len(two)))
    scaled = (size + 0.12 + 0.11 / size) * distance
    if scaled < 0.2:
        return distance, 1.0
    chance = 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return distance, min(1.0, max(0.0, chance))


def _timed(port: int, step: str, real: list[str], dummy: list[str]) -> dict[bool, list[float]]:
    """Seconds of each answer, by whether it was a dummy; in random order."""
    draw = random.Random(7)
    order = [(False, body) for body in real] + [(True, body) for body in dummy]
    draw.shuffle(order)
    took: dict[bool, list[float]] = {False: [], True: []}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for number, (chaff, body) in enumerate(order):
        started = time.perf_counter()
        connection.request("POST", _ROOT + step, body.encode(), _headers(number, chaff))
        answer = connection.getresponse()
        answer.read()
        took[chaff].append(time.perf_counter() - started)
        if answer.status != 200:
            raise RuntimeError(f"{step} {number} (dummy: {chaff}) was answered {answer.status}")
    connection.close()
    return took


def _told_apart(name: str, took: dict[bool, list[float]]) -> Figure:
    distance, chance = kolmogorov_smirnov(took[False], took[True])
    real, dummy = (float(np.median(took[chaff])) * 1000 for chaff in (False, True))
    note = f"p = {chance:.3f}; medians {real:.2f} ms real, {dummy:.2f} ms dummy; {len(took[False])} of each"
    return Figure(name, distance, "D", "lower", 1, note=note)


def _rate(port: int, bodies: list[str]) -> tuple[float, dict[int, int]]:
    """(uploads answered 200 a second, answers by status), each connection in a thread of its own."""
    numbered = iter(enumerate(bodies, 1 << 20))
    lock, statuses = threading.Lock(), Counter[int]()

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                number, body = next(numbered, (0, ""))
            if not body:
                break
            while True:
                connection.request("POST", _ROOT + "publish", body.encode(), _headers(number, False))
                answer = connection.getresponse()
                answer.read()
                with lock:
                    statuses[answer.status] += 1
                if answer.status != 503:
                    break
                time.sleep(float(answer.headers["Retry-After"]))
        connection.close()

    threads = [threading.Thread(target=send) for _nth in range(CONNECTIONS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses[200] / (time.perf_counter() - started), dict(statuses)


def run(scale: float) -> Iterator[Figure]:
    uploads, pairs = max(int(UPLOADS * scale), 200), max(int(PAIRS * scale), 100)
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-web-"))
    with throw_away({"fsync": "on", "synchronous_commit": "on"}) as cluster, contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        checkin_world.migrate(cluster.url(), folder)
        environment = {**os.environ, "DATABASE_URL": cluster.url(), "LACHAN_DATA": str(folder)}
        environment["DJANGO_SETTINGS_MODULE"] = "lachan.ground.platform.settings"
        count = uploads + 2 * pairs + 200
        say(f"{count} certified codes")
        seed = [sys.executable, "-m", "bench._proximity_seed", str(count), str(pairs), str(folder)]
        subprocess.run(seed, env=environment, check=True)

        def bodies_of(name: str) -> list[str]:
            return (folder / f"{name}.jsonl").read_text().splitlines()

        bodies = bodies_of("publish")
        port = checkin._free_port()
        uvicorn = [sys.executable, "-m", "uvicorn", "lachan.serve.asgi:application", "--host", "127.0.0.1"]
        uvicorn += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
        stack.enter_context(checkin._serving(uvicorn, port, environment, "/healthz"))
        say("warming up")
        _timed(port, "publish", bodies[:100], bodies[100:200])
        yield _told_apart(
            "publish.ks", _timed(port, "publish", bodies[200 : 200 + pairs], bodies[200 + pairs :][:pairs])
        )
        for step in ("verify", "certificate"):
            took = _timed(port, step, bodies_of(step), bodies_of(f"{step}-dummy"))
            yield _told_apart(f"{step}.ks", took)

        rate, answers = _rate(port, bodies[200 + 2 * pairs :])
        told = f"{CONNECTIONS} connections, 14 keys each, answers {answers}, one worker"
        yield Figure("publish.requests", rate, "req/s", "higher", 1, note=told)
        with psycopg.connect(cluster.url()) as connection:
            row = connection.execute(
                "SELECT count(*), count(DISTINCT upload_id) FROM proximity_publishedkey"
            ).fetchone()
        say(f"stored: {row}")
