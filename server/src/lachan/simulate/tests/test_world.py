"""The world in the tables: whole, sealed, made once, remembered; what the desk finds in it."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import validate_totp_code
from django.contrib.auth import authenticate
from django.db import connection, transaction

from lachan.ground.audit.models import AuditEvent
from lachan.register.access.models import Account
from lachan.register.access.roles import Permission
from lachan.register.access.scope import can
from lachan.register.forms.actions import load_forms
from lachan.register.people.models import Guardianship, HouseholdMember, Identifier, Person
from lachan.register.people.queries import find_by_identifier
from lachan.register.places import codes
from lachan.register.places.models import Place, PlaceCode, PlaceStaff
from lachan.register.places.queries import place_by_code
from lachan.response.alerts.models import DirectNotice, PlaceNotice
from lachan.response.care.models import Plan
from lachan.response.cases.models import Case
from lachan.response.tracing.models import Contact
from lachan.simulate import copying, rooms, safety, story, truth, world
from lachan.simulate.officers import Officer
from lachan.simulate.tests.conftest import NOW
from lachan.simulate.truth import TrueInfection
from lachan.systems.checkin import actions as checkin
from lachan.systems.checkin.models import Event, Visit
from lachan.systems.entry.gates import load_gates
from lachan.systems.entry.models import Declaration, Traveller
from lachan.systems.safety import roots
from lachan.systems.safety.models import Facility, Status
from lachan.systems.safety.versions import load_shipped

pytestmark = pytest.mark.django_db
Make = Callable[..., world.World]


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_everyone_and_everything_is_there(small_world: Make) -> None:
    made = small_world()
    assert Person.objects.count() == 200
    assert Place.objects.count() == PlaceCode.objects.count() == 10
    assert HouseholdMember.objects.count() == 200
    assert Visit.objects.count() > 60
    assert {area.code for area in made.communes} == set(story.COMMUNES)
    assert place_by_code(made.place_code) == made.place
    assert made.place.name == story.MARKET
    assert codes.parse(codes.grouped(made.place_code)) == made.place_code


def test_every_row_leads_to_a_row(small_world: Make) -> None:
    small_world()
    # The check-in tables have no foreign keys, so they are checked by hand; the others by the database.
    connection.check_constraints()
    assert not Event.objects.exclude(person_id__in=Person.objects.values("pk")).exists()
    assert not Event.objects.exclude(place_id__in=Place.objects.values("pk")).exists()
    assert not Event.objects.exclude(by_account_id__in=Account.objects.values("pk")).exists()
    assert not Visit.objects.exclude(person_id__in=Person.objects.values("pk")).exists()
    assert not Guardianship.objects.exclude(guardian__account__isnull=False).exists()


def test_phone_numbers_are_sealed_and_found(small_world: Make) -> None:
    made = small_world()
    hanh = Person.objects.get(pk=made.people["hanh"])
    assert list(find_by_identifier(Identifier.Kind.PHONE, "0905 000 418")) == [hanh]
    assert hanh.identifiers.get().value == made.phones["hanh"] == "+84905000418"
    assert hanh.account is not None
    assert hanh.account.phone == "+84905000418"
    assert not hanh.account.has_usable_password()
    stored = rows("SELECT value FROM people_identifier") + rows(
        "SELECT phone FROM access_account WHERE phone IS NOT NULL"
    )
    assert not any(b"+84" in bytes(value) for (value,) in stored)


def test_the_search_name_is_folded(small_world: Make) -> None:
    made = small_world()
    assert Person.objects.get(folded="nguyen thi hanh").pk == made.people["hanh"]
    assert Place.objects.get(folded="cho dau cau") == made.place


def test_the_cast_answers_for_its_places(small_world: Make) -> None:
    made = small_world()
    duty = PlaceStaff.objects.get(place=made.place, role=PlaceStaff.Role.OWNER)
    assert duty.account.person.pk == made.people["lai"]
    wards = set(Guardianship.objects.filter(guardian=made.people["hanh"]).values_list("ward_id", "kind"))
    assert wards == {(made.people["khoi"], "child"), (made.people["sau"], "elder")}


def test_the_projection_finds_nothing_to_change(small_world: Make) -> None:
    small_world()
    before = rows("SELECT * FROM checkin_visit ORDER BY id")
    checkin.rebuild()
    assert rows("SELECT * FROM checkin_visit ORDER BY id") == before


def test_recorded_stays_of_a_person_never_overlap(small_world: Make) -> None:
    small_world(people=500, places=20, days=7)
    assert rows("SELECT count(*) FROM checkin_visit")[0][0] > 300
    assert not rows(
        "SELECT a.id FROM checkin_visit a JOIN checkin_visit b "
        "ON a.person_id = b.person_id AND a.id < b.id AND a.t_in < b.t_out AND b.t_in < a.t_out"
    )


COMPARED = (
    "SELECT key, name, birth_date, sex, address, account_id IS NULL FROM people_person ORDER BY id",
    "SELECT key, name, kind, opens, closes, latitude FROM places_place ORDER BY id",
    "SELECT id, at, direction, trust FROM checkin_event ORDER BY id",
    "SELECT id, t_in, t_out, certain_until, ending FROM checkin_visit ORDER BY id",
)


def test_the_same_seed_writes_the_same_world(small_world: Make) -> None:
    written = []
    for _ in range(2):
        with transaction.atomic():
            made = small_world()
            times = [(one.at, one.how, one.start, one.end) for one in made.infections]
            written.append(([rows(sql) for sql in COMPARED], times))
            transaction.set_rollback(True)
    assert written[0] == written[1]
    assert written[0][0][0]


def test_making_it_again_returns_it(small_world: Make) -> None:
    first = small_world()
    assert small_world(seed=99, people=300) == first
    assert Person.objects.count() == 200
    assert AuditEvent.objects.filter(action=world.MADE).count() == 1


def test_a_database_without_a_world_has_none() -> None:
    assert world.existing() is None


def test_lost_log_ins_are_made_anew_and_the_truth_again(small_world: Make) -> None:
    first = small_world()
    truth.path(first.key).unlink()
    again = small_world()
    assert (again.infections, again.known, again.people) == (first.infections, first.known, first.people)
    assert again.officers["province"].password != first.officers["province"].password
    assert authenticate(None, username="le.quang.huy", password=again.officers["province"].password)
    assert not authenticate(None, username="le.quang.huy", password=first.officers["province"].password)


def test_the_file_is_for_its_owner_only(small_world: Make) -> None:
    made = small_world()
    assert stat.S_IMODE(truth.path(made.key).stat().st_mode) == 0o600


def test_the_database_does_not_know_the_truth(small_world: Make) -> None:
    made = small_world()
    event = AuditEvent.objects.get(action=world.MADE)
    assert set(event.detail) == {"key", "seed", "now", "people", "places", "days", "first_person", "first_place"}
    assert not Case.objects.exists()
    assert made.infections


def test_each_officer_signs_in_with_both_factors(small_world: Make) -> None:
    made = small_world()
    assert set(made.officers) == {"ministry", "province", "province-2", "commune", "border", "inspector"}
    for officer in made.officers.values():
        account = authenticate(None, username=officer.username, password=officer.password)
        assert account is not None
        factor = Authenticator.objects.get(user=account, type=Authenticator.Type.TOTP)
        secret = get_adapter().decrypt(factor.data["secret"])
        assert secret == officer.totp_secret
        assert validate_totp_code(secret, officer.totp_code())
    huy = Account.objects.get(username="le.quang.huy")
    assert can(huy, Permission.TRACE_RUN, made.place.area_id)
    assert not can(huy, Permission.TRACE_RUN, made.province.parent_id)


def test_the_code_of_an_authenticator() -> None:
    # RFC 6238, appendix B: SHA-1, the last six of the eight digits.
    officer = Officer("", "", "", "", "", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    assert [officer.totp_code(at) for at in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]


def test_playing_confirms_traces_and_reviews_once(small_world: Make) -> None:
    made = small_world(people=600, places=24, days=14)
    told: list[str] = []
    played = world.play(made, told.append)
    cases = Case.objects.filter(pk__in=played.case_ids)
    assert {case.person_id for case in cases} == set(made.known)
    assert {case.status for case in cases} == {Case.Status.CONFIRMED}
    hanh = Contact.objects.get(person_id=made.people["hanh"])
    assert (hanh.level, hanh.status) == (1, Contact.Status.CONFIRMED)
    assert Contact.objects.get(person_id=made.people["sau"]).level == 2
    assert not Contact.objects.filter(person_id=made.people["phat"], level=1).exists()
    assert Contact.objects.filter(status=Contact.Status.FOUND, level=1).exists()
    assert told
    notice = DirectNotice.objects.get(person_id=made.people["hanh"])
    assert (notice.channel, notice.read_at) == (DirectNotice.Channel.ACCOUNT, None)
    muoi = DirectNotice.objects.get(person_id=made.people["muoi"])
    assert muoi.channel == DirectNotice.Channel.CALL
    assert not DirectNotice.objects.exclude(contact__status=Contact.Status.CONFIRMED).exists()
    assert DirectNotice.objects.count() == played.notices
    assert PlaceNotice.objects.count() == played.place_notices > 0
    assert world.play(made) == played
    assert Case.objects.count() == len(played.case_ids)


def test_the_other_rooms_have_something_to_show_once(small_world: Make) -> None:
    made = small_world(people=600, places=24, days=14)
    world.play(made)
    load_forms()
    load_gates()
    load_shipped()
    codes = rooms.furnish(made)
    parties = [list(Traveller.objects.filter(declaration__code=code).order_by("number")) for code in codes]
    assert [len(party) for party in parties] == [3, 1]
    assert [bool(party[0].hits) for party in parties] == [False, True]
    assert parties[0][2].guardian == parties[0][0]
    watched = Plan.objects.count()
    assert 0 < watched <= rooms.WATCHED
    facilities = Facility.objects.count()
    assert 0 < facilities <= safety.MOST
    assert Status.objects.exclude(change=0).count() == facilities
    assert roots.verify().faults == []
    assert rooms.furnish(made) == codes
    assert Facility.objects.count() == facilities
    assert (Plan.objects.count(), Declaration.objects.count()) == (watched, len(codes))


def test_tables_stay_open_to_everyday_writes(small_world: Make) -> None:
    small_world()
    person = Person.objects.create(name="Người Mới Đến", erase_at=NOW.date())
    assert Person.objects.filter(pk=person.pk).count() == 1
    assert Account.objects.create(username="sau").pk > 0


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match=r"access\.Account\.password has no default"):
        copying.insert(Account, {"name": ["a"]})


def test_text_survives_the_copy() -> None:
    odd = 'tab\t newline\n back\\slash "quote" \\N đ'
    (pk,) = copying.reserve(Person, 1)
    columns = {"id": [pk], "name": [odd], "folded": ["x"], "erase_at": [NOW.date()], "birth_year": [None]}
    assert copying.insert(Person, columns) == 1
    person = Person.objects.get(pk=pk)
    assert (person.name, person.birth_year, person.sex) == (odd, None, "")


def test_reserved_ids_are_nobody_elses() -> None:
    taken = copying.reserve(Person, 5)
    assert Person.objects.create(name="A", erase_at=NOW.date()).pk == taken.stop


def test_score_counts_only_what_the_desk_did_not_know() -> None:
    def one(person: int) -> TrueInfection:
        at = datetime(2026, 3, 1, tzinfo=UTC).isoformat()
        return TrueInfection(person, None, at, "place", None, at, at, True, at, at, None, None)

    infections = [one(1), one(2), one(3)]
    assert truth.score(infections, [1], [1, 2, 9, 10]) == truth.Score(0.5, 1 / 3)
    assert truth.score(infections, [1, 2, 3], []) == truth.Score(None, None)


def test_the_communes_are_real() -> None:
    from lachan.register.areas.assemble import assemble

    register = assemble((NOW + timedelta(days=1)).date())
    in_force = {area.code: area.name for area in register.areas if area.level == 3 and area.valid_to is None}
    assert set(story.COMMUNES) <= set(in_force)
    assert in_force[story.THANH_KHE] == "Phường Thanh Khê"
    assert in_force[story.HAI_CHAU] == "Phường Hải Châu"
