"""pytest plugin: a real PostgreSQL for the session (DATABASE_URL, or an embedded one) and the shared fixtures."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from whitenoise.middleware import WhiteNoiseMiddleware

from lachan.ground.platform import postgres
from lachan.ground.platform.messages import compile_all
from lachan.serve import template

# Settings are read when pytest-django configures, so the environment must be ready when this plugin is imported.
_folder = Path(tempfile.mkdtemp(prefix="lachan-test-"))
os.environ["LACHAN_DATA"] = str(_folder)
os.environ.setdefault("LACHAN_DEMO", "1")
_cluster: postgres.Cluster | None = None


def _start_database() -> None:
    global _cluster  # noqa: PLW0603  one cluster a session, owned by this plugin
    if os.environ.get("DATABASE_URL"):
        return
    major = os.environ.get("LACHAN_TEST_PG")
    bin_dir = postgres.debian_binaries(int(major)) if major else None
    if major and not bin_dir:
        pytest.exit(f"PostgreSQL {major} is not installed: apt-get install postgresql-{major}", returncode=3)
    # Tests need no durability; the fault tests start a cluster of their own with it on.
    fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    _cluster = postgres.Cluster.at(_folder, bin_dir, fast, template.make(template.Kind.TABLES, bin_dir))
    _cluster.start()
    os.environ["DATABASE_URL"] = _cluster.url()


_start_database()
# Before Django reads a catalogue, which it does once.
compile_all()


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Where this plugin started the server, the test database is a copy of the one that has the tables already."""
    if _cluster:
        connection.settings_dict["TEST"]["TEMPLATE"] = postgres.DATABASE
    _find_static_files_once()


def _find_static_files_once() -> None:
    """Every test client builds the middleware anew; looking for static files was four fifths of a request's time."""
    find = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def remembered(self: WhiteNoiseMiddleware) -> None:
        if not found:
            find(self)
            found.update(self.files)
        self.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = remembered


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    """A request in English leaves its thread in English; every test begins as the product does."""
    with translation.override("vi"):
        yield


def pytest_report_header() -> str:
    return f"database: {os.environ['DATABASE_URL']}"


def pytest_unconfigure() -> None:
    if _cluster:
        _cluster.stop()
        shutil.rmtree(_cluster.base.parent if _cluster.base.parent != _folder else _cluster.base, ignore_errors=True)
        shutil.rmtree(_cluster.socket_dir, ignore_errors=True)
    shutil.rmtree(_folder, ignore_errors=True)


pytest_plugins = ["lachan.testing.cast"]
