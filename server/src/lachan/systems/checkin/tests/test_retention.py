"""The morning after the last night of keeping: no table of the database holds a moment of the old visit any more."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.forms.actions import load_forms
from lachan.register.forms.models import FormVersion
from lachan.register.people.erasing import retention
from lachan.register.places import actions as places
from lachan.systems.checkin import actions, health, keeping
from lachan.systems.checkin.models import Event
from lachan.systems.checkin.tests.test_keeping import scan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_checkins")]

_TIMES = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type = 'timestamp with time zone'
"""


def tables_with(start: datetime, end: datetime) -> set[str]:
    """Every "table.column" that holds a moment in between, whatever its room; partitions by their own name."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(_TIMES)
        for table, column in cursor.fetchall():
            look = sql.SQL("SELECT EXISTS (SELECT FROM {table} WHERE {column} >= %s AND {column} < %s)")
            named = look.format(table=sql.Identifier(table), column=sql.Identifier(column))
            cursor.execute(named, [start, end])
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found


def test_the_day_after_nothing_older_is_anywhere(hanh: Any, owner: Any, area_tree: Any) -> None:
    with audit.acting(audit.system("tests")):
        load_forms()
        clinic = places.register_place(account=owner, name="Trạm Y tế", kind="hospital", area=area_tree.haichau)
    came = timezone.now().astimezone(keeping.VIETNAM).replace(hour=9, minute=7) - timedelta(days=3)
    start, end = came.astimezone(UTC) - timedelta(hours=1), came.astimezone(UTC) + timedelta(hours=8)
    # What other rooms hold of those hours is not of this visit: days from which a form or a unit is in force.
    before = tables_with(start, end)
    old = scan(hanh.person.pk, clinic.pk, came)
    kept = scan(hanh.person.pk, clinic.pk, timezone.now())
    event = Event.objects.select_related("place", "person").get(id=old.id)
    with audit.acting(audit.system("tests")):
        version = FormVersion.objects.get(form_id=health.FORM)
        given = {"symptoms": ["none"], "contact": "no"}
        health.record_answers(event=event, version=version, answers=given, answered_at=came, by=hanh)
    actions.project()
    held = {name.partition(".")[0] for name in tables_with(start, end) - before}
    assert {"checkin_receipt", "checkin_visit", "forms_response"} < held
    assert any(name.startswith("checkin_event") for name in held)

    last_day = came.date() + keeping.RETENTION
    retention(last_day)
    assert tables_with(start, end) - before, "kept to the end of the promised day"
    retention(last_day + timedelta(days=1))
    actions.project()
    assert tables_with(start, end) - before == set()
    assert set(Event.objects.values_list("id", flat=True)) == {kept.id}
    proof = AuditEvent.objects.filter(action=audit.REMOVED).values_list("detail", flat=True)
    assert {"checkin_event", "checkin_visit", "forms_response"} <= {row["table"] for row in proof}


def test_a_week_without_rows_is_dropped_the_night_it_is_emptied(hanh: Any, market: Any) -> None:
    came = datetime.combine(timezone.localdate() - timedelta(weeks=9), time(9, 7), keeping.VIETNAM)
    with connection.cursor() as cursor:
        cursor.execute("SELECT checkin_partition_week(%s)", [came])
        old = scan(hanh.person.pk, market.pk, came)
        cursor.execute("SELECT tableoid::regclass::text FROM checkin_event WHERE id = %s", [old.id])
        week = cursor.fetchone()[0]
    assert week not in actions.tend_partitions(), "a week with a row in it stays"
    retention()
    assert week in actions.tend_partitions()
