"""The demonstration world in a new database with its tables: areas, 20,000 people, 400 places, 14 days of visits."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.database import throw_away
from bench.figure import Figure, in_turn, say

PEOPLE, PLACES, DAYS = 20_000, 400, 14
LEAST_PEOPLE, LEAST_PLACES = 200, 10
RUNS = 3

# Each run is a process on a new database of its own, as a first `make demo` is; its tables are there already.
_RUN = """
import sys, time
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from lachan.simulate import world
tell = lambda text: print(f"    {time.perf_counter() - started:5.1f} s  {text}", file=sys.stderr, flush=True)
started = time.perf_counter()
world.make(people=int(sys.argv[1]), places=int(sys.argv[2]), days=int(sys.argv[3]), progress=tell)
print(time.perf_counter() - started)
"""


def _made(people: int, places: int) -> float:
    """Seconds of one world.make()."""
    with throw_away() as cluster:
        environment = os.environ | {
            "DATABASE_URL": cluster.url(),
            "DJANGO_SETTINGS_MODULE": "lachan.ground.platform.settings",
            "LACHAN_DATA": str(Path(cluster.base).parent / "world"),
        }
        command = [sys.executable, "-c", _RUN, str(people), str(places), str(DAYS)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout.split()[-1])


def run(scale: float) -> Iterator[Figure]:
    people, places = max(LEAST_PEOPLE, round(PEOPLE * scale)), max(LEAST_PLACES, round(PLACES * scale))
    say(f"  {people:,} people, {places} places, {DAYS} days")
    seconds = in_turn({"world.make": lambda: _made(people, places)}, RUNS)["world.make"]
    yield Figure("world.make", seconds, "s", better="lower", runs=RUNS)
