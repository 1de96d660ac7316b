"""From the plan into the real tables, in one transaction of the caller."""

import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from itertools import groupby
from operator import itemgetter
from uuid import UUID

import numpy as np
from django.db import connection

from lachan.ground.platform.text import fold
from lachan.register.access import phones
from lachan.register.access.models import Account
from lachan.register.areas.models import Area
from lachan.register.people.actions import KEEP_UNUSED
from lachan.register.people.models import Guardianship, Household, HouseholdMember, Identifier, Person
from lachan.register.places import codes, kinds
from lachan.register.places.models import Place, PlaceCode, PlaceStaff
from lachan.simulate import recording
from lachan.simulate.clock import DAY, instant
from lachan.simulate.copying import copy, insert, keys, moments, numbers, reserve
from lachan.simulate.households import PHONE_AGE
from lachan.simulate.plan import Plan, sequence
from lachan.systems.checkin import projection
from lachan.systems.checkin.models import Event, Visit

Say = Callable[[str], None]
# The projection need not read these events again, unless it is behind or an older transaction is still writing.
_PROJECTED = """
UPDATE checkin_watermark mark SET txid = (pg_current_xact_id()::text::bigint + 1)::text::xid8, projected_at = now()
WHERE pg_snapshot_xmin(pg_current_snapshot()) >= pg_current_xact_id()
  AND NOT EXISTS (SELECT FROM checkin_event event WHERE event.txid >= mark.txid AND event.txid <> pg_current_xact_id())
"""
PLACES_SINCE = 120 * DAY
ACCOUNTS_SINCE = 60 * DAY


@dataclass(frozen=True, slots=True)
class Written:
    """Where the plan's lists begin in the tables: person id = first_person + index, place id = first_place + index."""

    first_person: int
    first_place: int
    people: int
    places: int
    events: int
    stays: int


def write(plan: Plan, communes: list[Area], say: Say) -> Written:
    """Insert everything; raises IntegrityError when a phone number of the world already belongs to an account."""
    accounts = _accounts(plan)
    people = _people(plan, communes, accounts)
    say(f"{len(people):,} people written")
    venues = _places(plan, communes, accounts)
    say(f"{len(venues)} places written")
    events, stays = _checkins(plan, people, venues, accounts)
    say(f"{events:,} check-ins and outs, {stays:,} stays written")
    _analyse()
    return Written(people.start, venues.start, len(people), len(venues), events, stays)


def _accounts(plan: Plan) -> dict[int, int]:
    """Person (index) → id of the account: everyone with a phone signs in by one-time code, so nobody has a password."""
    owners = [index for index, human in enumerate(plan.humans) if human.phone]
    numbers_e164 = [plan.humans[index].phone or "" for index in owners]
    ids = reserve(Account, len(owners))
    since = np.full(len(owners), plan.calendar.now - ACCOUNTS_SINCE)
    insert(
        Account,
        {
            "id": ids,
            "password": [f"!{secrets.token_urlsafe(30)}" for _ in owners],
            "username": [f"c-{key}" for key in keys(_draw(plan, "accounts"), since)],
            "name": [plan.humans[index].name for index in owners],
            "phone": numbers_e164,
            "phone_hash": [phones.index(number) for number in numbers_e164],
            "created_at": moments(since),
        },
    )
    return dict(zip(owners, ids, strict=True))


def _draw(plan: Plan, part: str) -> random.Random:
    return random.Random(f"{plan.seed}/{part}")


def _people(plan: Plan, communes: list[Area], accounts: dict[int, int]) -> range:
    humans, homes, today = plan.humans, plan.population.homes, plan.today
    home_ids = reserve(Household, len(homes))
    insert(
        Household,
        {
            "id": home_ids,
            "area_id": [communes[home.commune].pk for home in homes],
            "address": [home.address for home in homes],
        },
    )
    ids = reserve(Person, len(humans))
    since = np.full(len(humans), plan.calendar.now - ACCOUNTS_SINCE)
    insert(
        Person,
        {
            "id": ids,
            "key": keys(_draw(plan, "people"), since),
            "account_id": [accounts.get(index) for index in range(len(humans))],
            "name": [human.name for human in humans],
            "folded": [fold(human.name) for human in humans],
            "birth_date": [human.born for human in humans],
            "birth_year": [human.born.year for human in humans],
            "sex": [human.sex for human in humans],
            "area_id": [communes[homes[human.household].commune].pk for human in humans],
            "address": [homes[human.household].address for human in humans],
            "created_at": moments(since),
            "erase_at": [today + KEEP_UNUSED] * len(humans),
        },
    )
    reachable = [(index, human.phone) for index, human in enumerate(humans) if human.phone]
    insert(
        Identifier,
        {
            "person_id": [ids[index] for index, _ in reachable],
            "kind": [Identifier.Kind.PHONE] * len(reachable),
            "value": [phone for _, phone in reachable],
            "value_hash": [phones.index(phone) for _, phone in reachable],
        },
    )
    insert(
        HouseholdMember,
        {
            "household_id": [home_ids[human.household] for human in humans],
            "person_id": ids,
            "since": [max(homes[human.household].since, human.born) for human in humans],
        },
    )
    wards = [(index, human.guardian) for index, human in enumerate(humans) if human.guardian is not None]
    young = [humans[ward].age(today) < PHONE_AGE for ward, _ in wards]
    insert(
        Guardianship,
        {
            "ward_id": [ids[ward] for ward, _ in wards],
            "guardian_id": [ids[guardian] for _, guardian in wards],
            "kind": [Guardianship.Kind.CHILD if child else Guardianship.Kind.ELDER for child in young],
            "since": [today - timedelta(days=60)] * len(wards),
        },
    )
    return ids


def _places(plan: Plan, communes: list[Area], accounts: dict[int, int]) -> range:
    venues = plan.venues
    ids = reserve(Place, len(venues))
    since = np.full(len(venues), plan.calendar.now - PLACES_SINCE)
    begun = instant(plan.calendar.now - PLACES_SINCE)
    insert(
        Place,
        {
            "id": ids,
            "key": keys(_draw(plan, "places"), since),
            "name": [venue.name for venue in venues],
            "folded": [fold(venue.name) for venue in venues],
            "kind": [venue.kind for venue in venues],
            "area_id": [communes[venue.commune].pk for venue in venues],
            "address": [venue.address for venue in venues],
            "latitude": [venue.latitude for venue in venues],
            "longitude": [venue.longitude for venue in venues],
            "opens": [_clock(venue.opens) for venue in venues],
            "closes": [_clock(venue.closes) for venue in venues],
            "capacity": [venue.capacity for venue in venues],
            "created_at": [begun] * len(venues),
        },
    )
    # The codes are secrets of whoever stands there, so they are fresh in every world.
    insert(
        PlaceCode,
        {"code": [codes.new() for _ in venues], "place_id": ids, "issued_at": [begun] * len(venues)},
    )
    duties = [(place, person, PlaceStaff.Role.OWNER) for place, person in plan.owners.items()]
    duties += [(place, person, PlaceStaff.Role.GATEKEEPER) for place, person in plan.gatekeepers.items()]
    insert(
        PlaceStaff,
        {
            "place_id": [ids[place] for place, _, _ in duties],
            "account_id": [accounts[person] for _, person, _ in duties],
            "role": [role for _, _, role in duties],
            "since": [begun] * len(duties),
        },
    )
    return ids


def _clock(minutes: int | None) -> time | None:
    return None if minutes is None else time(minutes // 60 % 24, minutes % 60)


def _checkins(plan: Plan, people: range, venues: range, accounts: dict[int, int]) -> tuple[int, int]:
    humans = plan.humans
    scans = recording.record(
        sequence(plan.seed, "scans"),
        plan.stays,
        plan.reporters,
        [human.phone is not None or human.guardian is not None for human in humans],
    )
    account_of = np.array([accounts.get(index, 0) for index in range(len(humans))], dtype=np.int64)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT checkin_partitions_ahead(%s, %s)",
            [instant(plan.calendar.start), instant(plan.calendar.now + 28 * DAY)],
        )
    at, ids = moments(scans.at), keys(_draw(plan, "events"), scans.at)
    events = copy(
        Event._meta.db_table,
        {
            "id": [str(one) for one in ids],
            "person_id": numbers(scans.person + people.start),
            "place_id": numbers(scans.place + venues.start),
            "at": at,
            "direction": numbers(scans.direction),
            "trust": numbers(scans.trust),
            "by_account_id": numbers(account_of[scans.by]),
            "received_at": at,
        },
    )
    stays = list(_project(plan, scans, ids))
    insert(
        Visit,
        {
            "id": [stay.id for _, stay in stays],
            "place_id": [venues[stay.place] for _, stay in stays],
            "person_id": [people[person] for person, _ in stays],
            "t_in": [stay.t_in for _, stay in stays],
            "t_out": [stay.t_out for _, stay in stays],
            "certain_until": [stay.certain_until for _, stay in stays],
            "ending": [stay.ending for _, stay in stays],
            "trust": [stay.trust for _, stay in stays],
        },
    )
    with connection.cursor() as cursor:
        cursor.execute(_PROJECTED)
    return events, len(stays)


def _project(plan: Plan, scans: recording.Scans, ids: list[UUID]) -> Iterator[tuple[int, projection.Stay]]:
    """(person, stay) by check-in's own rule, so that a later projection finds nothing to change."""
    rules = {
        place: projection.PlaceRule(timedelta(minutes=kinds.typical_stay(venue.kind)), _clock(venue.closes))
        for place, venue in enumerate(plan.venues)
    }
    columns = (scans.person, scans.place, scans.at, scans.direction, scans.trust)
    rows = zip(ids, *(column.tolist() for column in columns), strict=True)
    for person, group in groupby(rows, key=itemgetter(1)):
        own = [projection.Scan(one, place, instant(at), way, trust) for one, _, place, at, way, trust in group]
        for stay in projection.stays(own, rules):
            yield person, stay


def _analyse() -> None:
    """Fresh statistics, so that the first trace is planned as well as the hundredth."""
    models = (
        Account,
        Household,
        Person,
        Identifier,
        HouseholdMember,
        Guardianship,
        Place,
        PlaceCode,
        PlaceStaff,
        Event,
    )
    tables = ", ".join(f'"{model._meta.db_table}"' for model in (*models, Visit))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")
