"""`lachan serve`: database, migrations, web, steward in one process tree, in the foreground until told to stop."""

import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lachan.ground.platform import config, postgres
from lachan.serve import template
from lachan.serve.processes import Family

WEB_START_TIMEOUT_S = 60.0
TEND_S = 0.3
Say = Callable[[str], None]


class CannotServeError(RuntimeError):
    """Serving is impossible; the message says why and what mends it."""


@dataclass(frozen=True)
class Options:
    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    key: Path | None = None
    public_hosts: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        scheme = "https" if self.certificate else "http"
        shown = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104  compared, not bound
        return f"{scheme}://{shown}:{self.port}"


def run(options: Options, say: Say, when_up: Callable[[threading.Event], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM. `when_up` runs in a thread once pages are answered: the demo plays there.

    Raises CannotServeError or postgres.PostgresUnavailableError before anything is left running.
    """
    _port_is_free(options)
    try:
        config.proxy()
    except ValueError as error:
        raise CannotServeError(str(error)) from error
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    cluster = None if config.database_url() else postgres.embedded(template.found(template.Kind.AREAS))
    family = Family(say)
    try:
        if cluster:
            began = time.monotonic()
            owned = cluster.start()
            verb = "started" if owned else "already running, used as it is"
            say(f"Database: embedded PostgreSQL in {cluster.base}, {verb} ({time.monotonic() - began:.1f} s)")
            os.environ["DATABASE_URL"] = cluster.url()
        else:
            say("Database: DATABASE_URL")
        _environment(options)
        migrate(say)
        family.add("web", _uvicorn(options))
        family.add("steward", [sys.executable, "-m", "lachan.serve.steward"])
        if not _wait_for_web(options, stopping, family):
            return
        say(f"Serving {options.address}")
        if when_up:
            threading.Thread(target=when_up, args=(stopping,), daemon=True).start()
        while not stopping.wait(TEND_S):
            family.tend()
            if cluster and cluster.process and cluster.process.poll() is not None:
                say(f"Database ended with code {cluster.process.returncode}; starting it again")
                cluster.start()
        say("Stopping")
    finally:
        family.stop()
        if cluster:
            cluster.stop()


def migrate(say: Say) -> None:
    """Bring the tables up to this version and fill the reference data every installation needs."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")
    django.setup()
    from django.db import connection

    from lachan.serve.preparation import prepare

    began = time.monotonic()
    prepare(say)
    connection.close()
    say(f"Tables and reference data are up to date ({time.monotonic() - began:.1f} s)")


def _environment(options: Options) -> None:
    if options.certificate:
        os.environ["LACHAN_TLS"] = "1"
    hosts = ["localhost", "127.0.0.1", "[::1]", *options.public_hosts]
    os.environ.setdefault("LACHAN_HOSTS", ",".join(dict.fromkeys(hosts)))


def _uvicorn(options: Options) -> list[str]:
    command = [sys.executable, "-m", "uvicorn", "lachan.serve.asgi:application"]
    command += ["--host", options.host, "--port", str(options.port), "--no-access-log", "--log-level", "warning"]
    command += ["--timeout-graceful-shutdown", "5", "--no-server-header", "--forwarded-allow-ips", config.proxy()]
    if options.certificate and options.key:
        command += ["--ssl-certfile", str(options.certificate), "--ssl-keyfile", str(options.key)]
    return command


def _port_is_free(options: Options) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except OSError as error:
            raise CannotServeError(
                f"Port {options.port} on {options.host} is taken ({error.strerror}). "
                "Stop what uses it, or set LACHAN_PORT to another."
            ) from error


def _wait_for_web(options: Options, stopping: threading.Event, family: Family) -> bool:
    """True once /healthz answers; False when told to stop first. Raises CannotServeError when web never answers."""
    deadline = time.monotonic() + WEB_START_TIMEOUT_S
    while time.monotonic() < deadline:
        if stopping.wait(0.05):
            return False
        # The TLS demo certificate is our own and signed by nobody, so readiness is a plain connection there.
        if options.certificate:
            with suppress(OSError), socket.create_connection(("127.0.0.1", options.port), timeout=1):
                return True
        else:
            with (
                suppress(urllib.error.URLError, OSError),
                urllib.request.urlopen(f"{options.address}/healthz", timeout=2),  # noqa: S310  our own address
            ):
                return True
        family.tend()
    raise CannotServeError("The web process did not answer; see its messages above, then run `lachan doctor`.")
