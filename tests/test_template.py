"""A database made ahead is what an installation would have made itself; another version's is left aside."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lachan.ground.platform import postgres
from lachan.serve import template

KEYS = "SELECT app, name FROM django_migrations ORDER BY 1, 2"


@pytest.fixture
def copied() -> Iterator[postgres.Cluster]:
    """A server that started on a copy of the tables."""
    folder = Path(tempfile.mkdtemp(prefix="lachan-copy-", dir="/var/tmp"))
    folder.chmod(0o755)
    cluster = postgres.Cluster.at(folder, template=template.make(template.Kind.TABLES))
    cluster.start()
    yield cluster
    cluster.stop()
    shutil.rmtree(cluster.base, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_copy_has_every_table_and_no_row_of_anybody(copied: postgres.Cluster) -> None:
    from django.db.migrations.loader import MigrationLoader

    with psycopg.connect(copied.url()) as connection:
        done = set(connection.execute(KEYS).fetchall())
        people = connection.execute("SELECT count(*) FROM people_person").fetchone()
        events = connection.execute("SELECT count(*) FROM audit_auditevent").fetchone()
    assert done >= set(MigrationLoader(None).disk_migrations)
    assert people == events == (0,)


def test_the_copy_is_its_own(copied: postgres.Cluster) -> None:
    with psycopg.connect(copied.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE only_here (one integer)")
    folder = Path(tempfile.mkdtemp(prefix="lachan-copy-", dir="/var/tmp"))
    folder.chmod(0o755)
    another = postgres.Cluster.at(folder, template=template.found(template.Kind.TABLES))
    another.start()
    try:
        with psycopg.connect(another.url()) as connection:
            assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)
    finally:
        another.stop()
        shutil.rmtree(another.base, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def test_another_versions_database_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    made = template.make(template.Kind.TABLES)
    assert template.found(template.Kind.TABLES) == made
    monkeypatch.setattr(template.importlib.metadata, "version", lambda name: "0.0.0")
    assert template.found(template.Kind.TABLES) is None
