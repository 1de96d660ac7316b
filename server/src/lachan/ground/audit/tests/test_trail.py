"""The trail only grows, says who acted, and its chain finds every tampering."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lachan.ground import audit
from lachan.ground.audit import queries, seal
from lachan.ground.audit.models import AuditEvent, AuditLink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "head_file", lambda: tmp_path / "audit.head")


@contextmanager
def intruder() -> Iterator[None]:
    """Someone with the database's own rights, who takes the guards away."""
    tables = ("audit_auditevent", "audit_auditlink")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def write(count: int) -> list[int]:
    for number in range(count):
        audit.record(action="test.note", subject=number, detail={"b": number, "a": "đ"})
    return list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("table", ["audit_auditevent", "audit_auditlink"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE {} CASCADE"]
)
def test_the_database_refuses_to_change_the_trail(table: str, statement: str) -> None:
    write(2)
    seal.seal()
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert AuditEvent.objects.count() == 2
    assert AuditLink.objects.count() == 2


def test_who_acts_and_for_which_office_is_written() -> None:
    with audit.acting(audit.Actor(account_id=7, role="province", area_id=48)):
        audit.record(action="test.note", subjects=[1, 2], purpose="gọi điện")
    audit.record(action="test.note")
    rows = list(AuditEvent.objects.order_by("pk").values_list("actor_id", "actor_role", "actor_area_id", "subject_id"))
    assert rows == [(7, "province", 48, 1), (7, "province", 48, 2), (None, "anonymous", None, None)]
    assert [event.purpose for event in queries.about(2)] == ["gọi điện"]


@pytest.mark.django_db(transaction=True)
def test_no_row_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        audit.record(action="test.note")


def test_an_untouched_chain_is_whole_and_grows() -> None:
    write(3)
    assert seal.seal() == 3
    assert seal.seal() == 0
    write(2)
    assert seal.seal() == 2
    verdict = seal.verify()
    assert verdict.whole
    assert verdict.links == 5
    assert verdict.head == bytes(AuditLink.objects.latest("pk").hash).hex()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_value_is_found_where_it_is(data: st.DataObject) -> None:
    with transaction.atomic():
        ids = write(6)
        seal.seal()
        victim = data.draw(st.sampled_from(ids))
        change = data.draw(
            st.sampled_from(
                [
                    "actor_role = actor_role || ' '",
                    "actor_id = 1",
                    "actor_area_id = 3",
                    "action = 'test.notE'",
                    "subject_id = subject_id + 1",
                    "object_id = '1'",
                    "purpose = 'x'",
                    "at = at + interval '1 microsecond'",
                    """detail = jsonb_set(detail, '{a}', '"d"')""",
                ]
            )
        )
        with intruder(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE audit_auditevent SET {change} WHERE id = %s", [victim])  # noqa: S608
        faults = seal.verify().faults
        assert [(fault.kind, fault.event_id) for fault in faults] == [("changed", victim)]
        transaction.set_rollback(True)


def test_a_deleted_event_is_found() -> None:
    ids = write(4)
    seal.seal()
    with intruder(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditevent WHERE id = %s", [ids[1]])
    assert [(f.kind, f.event_id) for f in seal.verify().faults] == [("deleted", ids[1])]


def test_an_event_deleted_with_its_link_breaks_the_chain() -> None:
    ids = write(4)
    seal.seal()
    with intruder(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditlink WHERE event_id = %s", [ids[1]])
        cursor.execute("DELETE FROM audit_auditevent WHERE id = %s", [ids[1]])
    assert [(f.kind, f.event_id) for f in seal.verify().faults] == [("changed", ids[2])]


def test_the_newest_links_cut_off_are_found(django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        ids = write(4)
        seal.seal()
    with intruder(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditlink WHERE event_id >= %s", [ids[2]])
        cursor.execute("DELETE FROM audit_auditevent WHERE id >= %s", [ids[2]])
    assert [f.kind for f in seal.verify().faults] == ["cut"]


def test_a_rehashed_chain_is_found_by_the_head_kept_outside(django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        ids = write(3)
        seal.seal()
    head = seal._read_head()
    with intruder(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditevent SET action = 'forged' WHERE id = %s", [ids[0]])
        previous = seal.GENESIS
        cursor.execute(f"SELECT {seal._COLUMNS} FROM audit_auditevent ORDER BY id")  # noqa: S608
        for row in cursor.fetchall():
            previous = seal.link(previous, row)
            cursor.execute("UPDATE audit_auditlink SET hash = %s WHERE event_id = %s", [previous, row[0]])
    assert [f.kind for f in seal.verify(known_head=head).faults] == ["cut"]
    assert [f.kind for f in seal.verify().faults] == ["cut"]


def test_an_old_event_without_a_link_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = write(1)
    monkeypatch.setattr(seal, "SEALED_WITHIN_S", -1)
    assert [(f.kind, f.event_id) for f in seal.verify().faults] == [("unsealed", ids[0])]


@pytest.mark.django_db(transaction=True)
def test_an_event_committed_late_is_linked_later_and_the_chain_stays_whole() -> None:
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "INSERT INTO audit_auditevent (actor_role, action, object_kind, object_id, purpose, detail)"
            " VALUES ('x', 'test.late', '', '', '', '{}') RETURNING id"
        )
        late = cursor.fetchone()[0]
        with transaction.atomic():
            early = write(1)[0]
        assert late < early
        assert seal.seal() == 1
        cursor.execute("COMMIT")
    other.close()
    assert seal.seal() == 1
    assert list(AuditLink.objects.order_by("pk").values_list("event_id", flat=True)) == [early, late]
    assert seal.verify().whole


@pytest.mark.django_db(transaction=True)
def test_two_sealers_never_work_at_once() -> None:
    with transaction.atomic():
        write(1)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [seal._LOCK])
        assert seal.seal() == 0
        cursor.execute("ROLLBACK")
    other.close()
    assert seal.seal() == 1
