"""import.rows: a spreadsheet of 50,000 places, read, judged and stored with codes, in rows a second."""  # noqa: N999  named as its group in the list of figures

import os
import time
from collections.abc import Iterator

from bench.database import throw_away
from bench.figure import Figure, in_turn, say

ROWS = 50_000
RUNS = 3


def _file(count: int) -> bytes:
    """Invented places over real communes, one in fifty with something to mend."""
    from lachan.register.areas.models import Level
    from lachan.register.areas.queries import in_force
    from lachan.register.places.rows import COLUMNS
    from lachan.register.places.sheets import as_xlsx

    communes = list(in_force(Level.COMMUNE).values_list("name", "parent__name"))
    kinds = ["chợ", "trường học", "siêu thị", "quán ăn", "bến xe", "cơ sở lưu trú", "công sở"]
    rows = []
    for n in range(count):
        commune, province = communes[n * 7 % len(communes)]
        phone = f"09{n % 100_000_000:08d}" if n % 50 else "chưa có"
        rows.append(
            [
                f"Nơi số {n}",
                kinds[n % len(kinds)],
                f"{n % 400 + 1} Trần Phú",
                commune,
                province,
                phone,
                "07:00",
                "18:00",
            ]
        )
    return as_xlsx([str(column.title) for column in COLUMNS[:8]], rows)


def run(scale: float) -> Iterator[Figure]:
    count = max(int(ROWS * scale), 500)
    with throw_away() as cluster:
        os.environ["DATABASE_URL"] = cluster.url()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections, transaction

        from lachan.ground import audit
        from lachan.register.areas.loading import load_areas
        from lachan.register.places import importing

        call_command("migrate", verbosity=0)
        load_areas(lambda line: None)
        content = _file(count)
        say(f"{count} rows, {len(content):,} bytes of xlsx")

        def bring_in() -> float:
            started = time.perf_counter()
            judged = importing.judge(content, None)
            wanted = judged.wanted(with_twins=True)
            stored = 0
            with audit.acting(audit.system("bench")), transaction.atomic():
                for start in range(0, len(wanted), importing.CHUNK):
                    stored += importing.store(wanted[start : start + importing.CHUNK])
                elapsed = time.perf_counter() - started
                # Each run begins with the same register.
                transaction.set_rollback(True)
            if stored + len(judged.rejects) != count:
                raise AssertionError(f"{stored} stored and {len(judged.rejects)} to mend of {count}")
            return count / elapsed

        taken = in_turn({"import": bring_in}, RUNS)
        connections.close_all()
    yield Figure("import.rows", taken["import"], "rows/s", "higher", RUNS, note=f"{count} rows, 2 in 100 to mend")
