"""A throw-away PostgreSQL for a bench, durable (fsync on) and configured as the product configures its own."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lachan.ground.platform import postgres


@contextlib.contextmanager
def throw_away(settings: dict[str, str] | None = None) -> Iterator[postgres.Cluster]:
    """A started cluster in a temporary folder, gone afterwards."""
    # Beside the real disk, not in /tmp: /tmp may be memory, where a commit costs nothing.
    folder = Path(tempfile.mkdtemp(prefix="lachan-bench-", dir=os.environ.get("BENCH_DISK", "/var/tmp")))
    folder.chmod(0o755)
    cluster = postgres.Cluster.at(folder, settings=settings)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.base, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
