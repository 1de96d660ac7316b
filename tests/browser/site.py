"""A whole web process on its own database, for tests that play in a browser."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

START_TIMEOUT_S = 40.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """`url` answers pages; `orm()` points Django's models in this process at the site's database."""

    url: str
    database: str
    database_url: str
    port: int
    process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def orm(self) -> Iterator[None]:
        """Use the ORM on the site's own database; every change is committed at once."""
        from django.db import connection

        kept = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = self.database
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = kept

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query, parameters).fetchall()

    def start(self, **extra: str) -> None:
        """Start the web process and wait until it answers; `extra` adds to its environment."""
        environment = os.environ | {
            "DATABASE_URL": self.database_url,
            "LACHAN_HOSTS": "127.0.0.1,localhost",
            "LACHAN_DEMO": "1",
            **extra,
        }
        command = [sys.executable, "-m", "uvicorn", "lachan.serve.asgi:application", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--log-level", "warning", "--timeout-graceful-shutdown", "2"]
        self.process = subprocess.Popen(command, env=environment)
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the web process ended with code {self.process.returncode}; its messages are above")
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=2):  # noqa: S310  our own address
                return
            time.sleep(0.05)
        raise RuntimeError("the web process did not answer")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def create(name: str) -> Site:
    """A fresh database beside the session's own one, with every table made."""
    base = os.environ["DATABASE_URL"]
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    parts = urlsplit(base)
    url = urlunsplit(parts._replace(path=f"/{name}"))
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "lachan.ground.platform.settings"},
        check=True,
    )
    port = free_port()
    return Site(url=f"http://127.0.0.1:{port}", database=name, database_url=url, port=port)


def drop(site: Site) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{site.database}" WITH (FORCE)')


def camera_video(path: Path, payload: str, *, seconds: int = 3) -> Path:
    """A Y4M film of a wall with the QR of that payload: blank frames, then the code, drifting."""
    import segno

    width, height, scale, border = 640, 480, 7, 4
    matrix = segno.make(payload, error="m").matrix
    side = (len(matrix) + 2 * border) * scale
    left, top = (width - side) // 2, (height - side) // 2
    blank = bytes([150]) * (width * height)
    chroma = bytes([128]) * (width * height // 2)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420mpeg2\n".encode())
        for frame in range(10 * seconds):
            plane = bytearray(blank)
            if frame >= 5:
                shift = frame % 8
                for y in range(side):
                    start = (top + y) * width + left + shift
                    row = y // scale - border
                    line = bytearray([250]) * side
                    if 0 <= row < len(matrix):
                        for column, dark in enumerate(matrix[row]):
                            if dark:
                                x = (column + border) * scale
                                line[x : x + scale] = bytes([20]) * scale
                    plane[start : start + side] = line
            film.write(b"FRAME\n" + bytes(plane) + chroma)
    return path
