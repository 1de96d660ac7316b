"""Invented declarations by the hundred thousand: one is made as travellers make it, the others are its copies."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

GATES = ("da-nang", "noi-bai", "tan-son-nhat", "cam-ranh", "phu-quoc")
DAYS = 50
_WELL = ("fever", "cough", "breath", "sore_throat", "vomiting", "diarrhoea", "bleeding", "rash", "animals", "patient")


def trip_answers() -> dict[str, Any]:
    from lachan.register.forms.validate import today

    return {
        "conveyance": "air",
        "vehicle_number": "VN 627",
        "departure_country": "tha",
        "departure_place": "Bangkok",
        "departure_day": today().isoformat(),
        "stay_commune": "Hải Châu",
        "stay_address": "Khách sạn Sông Hàn",
        "phone": "+66 81 234 5678",
    }


def traveller_answers(n: int) -> dict[str, Any]:
    return {
        "name": f"TRAVELLER {n}",
        "birth_date": "1988-03-04",
        "sex": "male",
        "nationality": "tha",
        "document": f"XX{n:07d}",
        "category": "visitor",
        "seat": f"{n % 40 + 1}C",
        "test_result": "none",
        **dict.fromkeys(_WELL, "no"),
    }


def prepare() -> tuple[Any, Any]:
    """Migrations, areas, forms, gates and an order in force; the order and a commune of Đà Nẵng."""
    from django.core.management import call_command

    from lachan.ground import audit
    from lachan.register.areas.loading import load_areas
    from lachan.register.areas.models import Level
    from lachan.register.areas.queries import in_force
    from lachan.register.forms.actions import load_forms
    from lachan.register.forms.validate import today
    from lachan.register.profiles.actions import load_profiles
    from lachan.register.profiles.models import Disease
    from lachan.systems.entry import actions, gates

    call_command("migrate", verbosity=0)
    load_areas(lambda line: None)
    with audit.acting(audit.system("bench")):
        load_profiles()
        load_forms()
        gates.load_gates()
        order = actions.activate(
            number="12/QĐ-BYT",
            disease=Disease.objects.get(code="covid19"),
            direction="entry",
            gates_named=[],
            starts_on=today() - timedelta(days=DAYS + 1),
            ends_on=None,
            legal_basis="Luật 114/2025/QH15",
            retention_days=60,
            languages=["vi", "en"],
            by=None,
        )
    return order, in_force(Level.COMMUNE).filter(parent__code="48").order_by("pk").first()


def declare(order: Any, area: Any, n: int) -> Any:
    from lachan.ground import audit
    from lachan.register.forms.validate import today
    from lachan.systems.entry import actions
    from lachan.systems.entry.models import Gate

    with audit.acting(audit.system("bench")):
        return actions.declare(
            order=order,
            gate=Gate.objects.get(pk="da-nang"),
            travel_day=today(),
            language="vi",
            area=area,
            party=actions.Party(trip_answers(), [traveller_answers(n)]),
            key=uuid4(),
        )


_COPIES = """
CREATE TEMP TABLE more AS
SELECT n, gen_random_uuid() AS key, nextval(pg_get_serial_sequence('people_person', 'id')) AS person,
       nextval(pg_get_serial_sequence('forms_response', 'id')) AS own,
       nextval(pg_get_serial_sequence('forms_response', 'id')) AS trip_answers,
       nextval(pg_get_serial_sequence('entry_declaration', 'id')) AS declaration,
       (ARRAY['da-nang', 'noi-bai', 'tan-son-nhat', 'cam-ranh', 'phu-quoc'])[n % 5 + 1] AS gate,
       date '{today}' - (n / 5 % {days})::int AS day, 'VN' || n % 5 || n / 5 / {days} % 20 AS vehicle,
       NULL::bigint AS trip
FROM generate_series(1, {count}) n
"""
_TRIPS = """
INSERT INTO entry_trip (conveyance, number, day, rows_near) SELECT DISTINCT 'air', vehicle, day, 2 FROM more
ON CONFLICT DO NOTHING
"""
_FILL = (
    "UPDATE more m SET trip = t.id FROM entry_trip t WHERE t.number = m.vehicle AND t.day = m.day",
    """INSERT INTO people_person SELECT (jsonb_populate_record(p, jsonb_build_object('id', m.person,
       'key', gen_random_uuid(), 'name', 'TRAVELLER ' || m.n, 'folded', 'traveller ' || m.n,
       'birth_date', date '1950-01-01' + (m.n % 20000)::int))).*
       FROM more m, people_person p WHERE p.id = {person}""",
    """INSERT INTO forms_response SELECT (jsonb_populate_record(r, jsonb_build_object('id', m.own,
       'key', gen_random_uuid(), 'person_id', m.person))).* FROM more m, forms_response r WHERE r.id = {own}""",
    """INSERT INTO forms_response SELECT (jsonb_populate_record(r, jsonb_build_object('id', m.trip_answers,
       'key', gen_random_uuid(), 'person_id', m.person))).*
       FROM more m, forms_response r WHERE r.id = {trip_answers}""",
    """INSERT INTO entry_declaration SELECT (jsonb_populate_record(d, jsonb_build_object('id', m.declaration,
       'key', m.key, 'code', 'B' || m.n, 'gate_id', m.gate, 'travel_day', m.day, 'trip_id', m.trip,
       'trip_response_id', m.trip_answers))).* FROM more m, entry_declaration d WHERE d.id = {declaration}""",
    """INSERT INTO entry_traveller SELECT (jsonb_populate_record(t, jsonb_build_object(
       'id', nextval(pg_get_serial_sequence('entry_traveller', 'id')), 'declaration_id', m.declaration,
       'person_id', m.person, 'trip_id', m.trip, 'response_id', m.own,
       'document_hash', '\\x' || md5(m.n::text) || md5(m.n::text)))).*
       FROM more m, entry_traveller t WHERE t.id = {traveller}""",
)


def fill(declaration: Any, count: int, days: int = DAYS) -> None:
    """Copies of that declaration over `days` days and five gates, two in three of them decided on."""
    from django.db import connection

    from lachan.register.forms.validate import today

    one = declaration.travellers.get()
    ids = {"person": one.person_id, "own": one.response_id, "trip_answers": declaration.trip_response_id}
    ids |= {"declaration": declaration.pk, "traveller": one.pk}
    with connection.cursor() as cursor:
        cursor.execute(_COPIES.format(days=days, count=count, today=today().isoformat()))
        cursor.execute(_TRIPS)
        for statement in _FILL:
            cursor.execute(statement.format(**ids))
        cursor.execute(
            "INSERT INTO entry_decision (key, traveller_id, kind, at, received_at, order_number, legal_basis, place,"
            " signatory) SELECT gen_random_uuid(), t.id, 'pass', now(), now(), '', '', '', ''"
            " FROM entry_traveller t WHERE t.id % 3 <> 0"
        )
        cursor.execute("DROP TABLE more")
        for table in (
            "people_person",
            "forms_response",
            "entry_trip",
            "entry_declaration",
            "entry_traveller",
            "entry_decision",
        ):
            cursor.execute(f"ANALYZE {table}")
