"""A database and Django for the length of one verb."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from lachan.cli.say import complain
from lachan.ground.platform import postgres


@contextmanager
def database() -> Iterator[None]:
    """Start or join the database, bring tables up to date, set Django up; or end the command with a plain message."""
    try:
        with postgres.available() as url:
            os.environ["DATABASE_URL"] = url
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")
            import django

            django.setup()
            from django.db import connections

            from lachan.ground import audit
            from lachan.serve.preparation import prepare

            prepare(lambda line: None)
            try:
                with audit.acting(audit.system("command")):
                    yield
            finally:
                connections.close_all()
    except postgres.PostgresUnavailableError as error:
        complain(str(error))
        raise typer.Exit(1) from error
