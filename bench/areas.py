"""The question behind every list of an officer: which units lie at and below one.

areas.scope: every unit below the country and below a province, against a recursive query by parent.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.checkin_world import migrate
from bench.database import throw_away
from bench.figure import Figure

RUNS = 7
BELOW = """
WITH RECURSIVE below AS (
    SELECT id FROM areas_area WHERE id = %s
    UNION ALL SELECT a.id FROM areas_area a JOIN below ON a.parent_id = below.id
) SELECT id FROM below
"""


def run(_scale: float) -> Iterator[Figure]:
    """The register has one size, whatever the scale."""
    with throw_away() as cluster:
        folder = Path(cluster.base).parent / "areas"
        migrate(cluster.url(), folder)
        environment = os.environ | {
            "DATABASE_URL": cluster.url(),
            "DJANGO_SETTINGS_MODULE": "lachan.ground.platform.settings",
            "LACHAN_DATA": str(folder),
        }
        done = subprocess.run(
            [sys.executable, "-m", "bench.areas"], env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        for line in done.stdout.splitlines():
            yield Figure(**json.loads(line))


def _measure() -> Figure:
    import django

    django.setup()
    from django.db import connection

    from lachan.register.areas.loading import load_areas
    from lachan.register.areas.models import Area, Level
    from lachan.register.areas.queries import country, within_sql

    load_areas()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE areas_areacover")
        cursor.execute("VACUUM ANALYZE areas_area")
    province = Area.objects.filter(level=Level.PROVINCE, valid_to=None, closed_before=None).order_by("pk")[0]

    def recursive(holder: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(BELOW, [holder])
            cursor.fetchall()

    def timed(work: Callable[[int], object]) -> float:
        began = time.perf_counter()
        for holder in (country().pk, province.pk):
            work(holder)
        return (time.perf_counter() - began) * 1000 / 2

    timed(within_sql), timed(recursive)
    turns = [(timed(within_sql), timed(recursive)) for _ in range(RUNS)]
    ours, theirs = (statistics.median(side) for side in zip(*turns, strict=True))
    return Figure("areas.scope", ours, "ms", "lower", RUNS, "recursive query", theirs, "country and a province, mean")


if __name__ == "__main__":
    from dataclasses import asdict

    print(json.dumps(asdict(_measure())), flush=True)
