"""city.f1.recall, city.f1.precision: a simulated city's day through the two-sided statements and the tracing core,
against who truly was within 2 m for 15 minutes.

Everyone consents: the upper bound. The air and the day are made up (`lachan_proximity.city`): the figures compare rules
and catch mistakes; they claim nothing about a real city.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import checkin_world
from bench.database import throw_away
from bench.figure import Figure, say

DEVICES, CASES = 10_000, 100


def run(scale: float) -> Iterator[Figure]:
    devices, cases = max(int(DEVICES * scale), 400), max(int(CASES * scale), 20)
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-city-"))
    try:
        with throw_away() as cluster:
            checkin_world.migrate(cluster.url(), folder)
            environment = {**os.environ, "DATABASE_URL": cluster.url(), "LACHAN_DATA": str(folder)}
            environment["DJANGO_SETTINGS_MODULE"] = "lachan.ground.platform.settings"
            command = [sys.executable, "-m", "bench._proximity_city", str(devices), str(cases)]
            done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    told = json.loads(done.stdout.splitlines()[-1])
    say(f"  {told}")
    note = f"{devices} devices, {told['cases']} cases, below 63 dB as traced, against below 55 dB"
    recall, near_recall = told["true_found"] / told["true"], told["true_nearest"] / told["true"]
    yield Figure("city.f1.recall", recall, "share", "higher", 1, "class-0", near_recall, note)
    precision = told["true_found"] / max(told["found"], 1)
    near_precision = told["true_nearest"] / max(told["nearest"], 1)
    yield Figure("city.f1.precision", precision, "share", "higher", 1, "class-0", near_precision, note)
    yield Figure("city.f1.trace", told["seconds"] / told["cases"] * 1000, "ms", "lower", 1, note="one case, F1")
