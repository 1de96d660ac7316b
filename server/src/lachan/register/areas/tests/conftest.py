"""The whole register, loaded once for this folder and taken back at its end: other rooms' tests never see it."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from lachan.ground import audit
from lachan.register.areas.loading import Written, load_areas


@pytest.fixture(scope="package")
def loaded(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Written]:
    """The register as load_areas() makes it. Tests read it; one that writes does so in its own atomic block."""
    with django_db_blocker.unblock(), transaction.atomic():
        with audit.acting(audit.system("tests")):
            written = load_areas()
        with connection.cursor() as cursor:
            # Check the foreign keys of the load once, not again at the end of every test.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        yield written
        transaction.set_rollback(True)
