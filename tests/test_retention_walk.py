"""Every table of the database, filled with rows whose last day was yesterday and rows of today; then one night of the
steward's chores. What was due is gone everywhere, what is not due is all there.

Tables are found in the database, not in a list: one that holds a time, a person, an account or a device and can't be
filled, or that keeps a row past its day, fails unless KEPT says why it may.
"""

import json
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import CASCADE
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.ground.platform import steward
from lachan.ground.platform.fields import SealedTextField
from lachan.register.people import holdings
from lachan.systems.checkin.keeping import RETENTION, VIETNAM, erased_on

#: Long past every clock of the product that starts with the time of the row itself.
OLD = timedelta(days=3 * 365)
#: Columns that name the last day of a row.
LAST_DAY = {"erase_at", "undo_until"}
#: Tables whose rows outlive the night, and the clock they run on instead. None says who somebody was: what leads to a
#: person in them is empty afterwards, but for the trail itself.
KEPT: dict[str, str] = {
    "access_roleassignment": "who held which office: as long as the officer's account",
    "alerts_release": "two officers' decision on an outbreak: until the last notice and contact it was about",
    "areas_area": "the country's units",
    "areas_areaname": "the country's units",
    "audit_auditevent": "the law keeps the trail: numbers, no names",
    "audit_auditlink": "the law keeps the trail: its seal",
    "cases_outbreak": "an outbreak is not a person: as long as the register",
    "entry_activationorder": "an order of the authority",
    "forms_formversion": "the words of a form, which old answers point to",
    "places_part": "a gate or table of a place",
    "places_place": "the register of places: as long as the register",
    "places_placecode": "a poster's code, so that it is never given again",
    "profiles_profileversion": "a disease's rules, which old records point to",
    "safety_closure": "when a facility was closed: as long as the facility",
    "safety_criteriaversion": "the published criteria",
    "safety_dayroot": "the public seal of a day's entries",
    "safety_entry": "a facility's public record; names go after a year",
    "safety_facility": "the register of facilities",
    "safety_photo": "the digest of a picture that an entry is sealed with; the picture itself has gone",
    "safety_status": "how a facility stands",
    "safety_statuschange": "how a facility has stood",
    "tracing_tracerun": "that tracing ran, for which outbreak, and its numbers",
}
#: Columns that may still hold the number of a person after the night.
NUMBERS = {("audit_auditevent", "subject_id"): "the trail outlives the person, as a number without a record behind it"}
#: What a column must hold where any value of its type is not good enough; None leaves it empty.
EXAMPLES: dict[str, dict[str, Any]] = {
    "areas_area": {"valid_to": None, "closed_before": None},
    "proximity_code": {"contact_id": None},
    "checkin_visit": {"certain_until": lambda moment: moment},
    "tracing_contact": {"status": "confirmed"},
}
#: Tables about nobody, and why; they are not filled.
NOBODY: dict[str, str] = {
    "checkin_watermark": "how far the projection has read",
    "django_migrations": "which migrations ran",
    "proximity_logentry": "the public log of key files: hashes and hours",
}


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    longest: int | None
    nullable: bool
    given: bool
    points_to: str | None
    one_of: tuple[str, ...]
    model: Any = None


@dataclass
class Table:
    name: str
    key: str
    columns: list[Column] = field(default_factory=list)

    @property
    def watched(self) -> bool:
        """Whether a row may say when something was, or of whom."""
        return any(
            column.type in ("date", "timestamp with time zone")
            or isinstance(column.model, SealedTextField)
            or column.points_to in ("people_person", "access_account", "access_device")
            or column.name in ("device_id", "person_id", "subject_id")
            for column in self.columns
        )


_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL),
       CASE WHEN a.atttypid IN ('varchar'::regtype, 'bpchar'::regtype) AND a.atttypmod > 4 THEN a.atttypmod - 4 END,
       NOT a.attnotnull,
       a.attidentity <> '' OR a.atthasdef,
       (SELECT con.confrelid::regclass::text FROM pg_constraint con
        WHERE con.contype = 'f' AND con.conrelid = c.oid AND con.conkey = ARRAY[a.attnum] LIMIT 1),
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey))
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
  AND NOT c.relispartition
ORDER BY c.relname, a.attnum
"""


def tables() -> dict[str, Table]:
    fields = {
        (model._meta.db_table, one.column): one
        for model in apps.get_models(include_auto_created=True)
        for one in model._meta.local_concrete_fields
    }
    found: dict[str, Table] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        for name, column, kind, longest, nullable, given, key, primary in cursor.fetchall():
            table = found.setdefault(name, Table(name, ""))
            known = fields.get((name, column))
            # Foreign keys of the hot tables are not the database's, but Django knows where they lead.
            told = known.related_model._meta.db_table if known is not None and known.remote_field is not None else None
            target = key or told
            choices = tuple(str(value) for value, _label in known.flatchoices) if known is not None else ()
            table.columns.append(Column(column, kind, longest, nullable, given, target, choices, known))
            if primary and not table.key:
                table.key = column
    return found


@dataclass
class Filler:
    """One row in every table, with all times at `moment` and all last days at `last`."""

    all: dict[str, Table]
    moment: datetime
    last: date
    keys: dict[str, list[Any]] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    under_way: set[str] = field(default_factory=set)

    def fill(self, name: str, nth: int = 0) -> Any:
        """The key of the nth row of the table, which is made when it is not there."""
        known = self.keys.setdefault(name, [])
        if len(known) > nth:
            return known[nth]
        if name in self.troubles or name in self.under_way:
            return None
        self.under_way.add(name)
        table = self.all[name]
        row: dict[str, Any] = {}
        seen: dict[str, int] = {}
        for column in table.columns:
            # Two columns that lead to one table (guardian and ward) lead to different rows of it.
            turn = nth + seen.get(column.points_to or column.type, 0)
            seen[column.points_to or column.type] = turn - nth + 1
            value = EXAMPLES.get(name, {}).get(column.name, ...)
            value = value(self.moment) if callable(value) else value
            value = self.value(table, column, turn) if value is ... else value
            if value is not None:
                row[column.name] = value
        names, marks = ", ".join(f'"{one}"' for one in row), ", ".join("%s" for _one in row)
        key = table.key or table.columns[0].name
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f'INSERT INTO "{name}" ({names}) VALUES ({marks}) RETURNING "{key}"',  # noqa: S608
                    list(row.values()),
                )
                known.append(cursor.fetchone()[0])
        except DatabaseError as error:
            self.troubles[name] = str(error).splitlines()[0]
        self.under_way.discard(name)
        return known[nth] if len(known) > nth else None

    def value(self, table: Table, column: Column, turn: int) -> Any:  # noqa: PLR0911  one answer a type
        """Something that fits the column; None leaves it to the database."""
        if column.points_to is not None:
            return None if column.points_to == table.name else self.fill(column.points_to, turn)
        if column.name in LAST_DAY:
            return self.last if column.type == "date" else datetime.combine(self.last, time(12), VIETNAM)
        if column.type == "timestamp with time zone":
            return self.moment + timedelta(minutes=turn)
        if column.type == "date":
            return self.moment.astimezone(VIETNAM).date() + timedelta(days=turn)
        if isinstance(column.model, SealedTextField):
            return column.model.get_db_prep_save("0905000418", connection)
        if column.given and (column.name == table.key or column.type not in ("text", "uuid")):
            return None
        if column.one_of:
            return column.one_of[0]
        if column.type in ("bigint", "integer", "smallint", "numeric", "double precision", "real"):
            return None if column.nullable else secrets.randbelow(30_000) + 1
        plain = {
            "uuid": uuid.uuid4(),
            "bytea": secrets.token_bytes(32),
            "text": secrets.token_hex(4),
            "character varying": secrets.token_hex(4)[: column.longest],
            "jsonb": json.dumps({}),
            "boolean": False,
        }
        return plain.get(column.type, None if column.nullable else "{}")


def there(table: Table, key: Any, column: str = "") -> bool:
    name = column or table.key or table.columns[0].name
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT EXISTS (SELECT FROM "{table.name}" WHERE "{name}" = %s)', [key])  # noqa: S608
        return bool(cursor.fetchone()[0])


def left(found: dict[str, Table], filler: Filler) -> set[str]:
    """Tables that have lost a row of the filler's."""
    return {name for name, keys in filler.keys.items() if any(not there(found[name], key) for key in keys)}


def stayed(found: dict[str, Table], filler: Filler) -> set[str]:
    """Tables that still have a row of the filler's."""
    return {name for name, keys in filler.keys.items() if any(there(found[name], key) for key in keys)}


def night() -> None:
    """The steward's daily chores, in the order of the clock."""
    for chore in sorted(steward.chores(), key=lambda one: one.daily_at or ""):
        if chore.daily_at is not None:
            with audit.acting(audit.system(chore.name)):
                chore.work()


def proved() -> set[str]:
    """Tables of which the trail says that rows were erased."""
    said = {event.detail["table"] for event in AuditEvent.objects.filter(action=audit.REMOVED)}
    for event in AuditEvent.objects.filter(action="people.person.erase"):
        said |= {table for table, rows in event.detail["rows"].items() if rows}
    return said


def goes_with(table: str, known: set[str]) -> bool:
    """Whether a row of the table goes with a row of one of those: its key leads there, and is cascaded."""
    models = [one for one in apps.get_models(include_auto_created=True) if one._meta.db_table == table]
    targets = {
        one.remote_field.model._meta.db_table
        for model in models
        for one in model._meta.local_concrete_fields
        if one.remote_field is not None and one.remote_field.on_delete is CASCADE
    }
    return bool(targets & known)


@pytest.fixture
def found(db: None) -> dict[str, Table]:
    return {name: table for name, table in tables().items() if name not in NOBODY}


def filled(found: dict[str, Table], moment: datetime, last: date) -> Filler:
    filler = Filler(found, moment, last)
    for name, table in found.items():
        if table.watched:
            filler.fill(name)
    # An account is somebody's, and goes with that person.
    for turn in range(len(filler.keys["access_account"])):
        filler.fill("people_person", turn)
    assert filler.troubles == {}, "say in EXAMPLES what such a row holds, or in NOBODY why it is about nobody"
    return filler


def test_the_day_after_nothing_older_is_anywhere_and_nothing_younger_has_gone(found: dict[str, Table]) -> None:
    today, now = timezone.localdate(), timezone.now()
    due = filled(found, now - OLD, today - timedelta(days=1))
    young = filled(found, now, today + timedelta(days=1))
    # What runs on a date of its own: a contact with the evidence copied to it, however old the visit was.
    own_clock = filled(found, now - OLD - timedelta(days=60), today + timedelta(days=1))
    watched = {name for name, table in found.items() if table.watched}
    night()

    assert stayed(found, due) & watched <= set(KEPT), "past its day, and neither erased nor in KEPT with its clock"
    assert left(found, young) == set()
    dated = {name for name in watched if any(column.name in LAST_DAY for column in found[name].columns)}
    assert left(found, own_clock) & dated == set()
    assert "tracing_exposure" in stayed(found, own_clock), "evidence copied to a contact runs on the contact's clock"
    assert {"checkin_event", "checkin_visit", "checkin_receipt"} <= left(found, own_clock)

    # Nobody's number is left in any column that leads to a person.
    for holding in holdings.all_holdings():
        column = (holding.table, holding.column)
        if column not in NUMBERS:
            for person in due.keys["people_person"]:
                assert not there(found[holding.table], person, holding.column), column

    # And of every table that lost a row, the trail says so, by itself or with what its rows hang on.
    said = proved()
    unsaid = (left(found, due) & watched) - said
    while step := {name for name in unsaid if goes_with(name, said)}:
        said |= step
        unsaid -= step
    assert sorted(unsaid) == []


def test_every_exemption_is_of_a_table_that_exists(found: dict[str, Table]) -> None:
    assert {*KEPT, *EXAMPLES} <= set(found)
    assert set(NOBODY) <= set(tables())


@pytest.mark.parametrize("table", ["checkin_event", "checkin_receipt", "checkin_visit", "checkin_privatecount"])
def test_a_visit_is_kept_to_the_end_of_its_last_day_and_no_longer(found: dict[str, Table], table: str) -> None:
    """The date on the visitor's screen is the day in whose night the visit goes."""
    noon = datetime.combine(timezone.localdate(), time(12), VIETNAM)
    kept = Filler(found, noon - RETENTION, timezone.localdate() + timedelta(days=30))
    gone = Filler(found, noon - RETENTION - timedelta(days=1), timezone.localdate() + timedelta(days=30))
    for filler in (kept, gone):
        filler.fill(table)
        assert filler.troubles == {}
    assert erased_on(gone.moment) == timezone.localdate()
    assert erased_on(kept.moment) == timezone.localdate() + timedelta(days=1)
    night()
    assert table in stayed(found, kept)
    assert table in left(found, gone)
