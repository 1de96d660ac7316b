"""Two owners confirm one encounter; a claim that does not fit fails; tracing gets minutes, class and confidence."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.ground import audit
from lachan.register.access import ratelimit
from lachan.response.tracing import actions as tracing
from lachan.response.tracing.models import Contact, Exposure
from lachan.systems.proximity import chores, codes, statements
from lachan.systems.proximity.fitting import Note, agree, fit, own_tags, tag
from lachan.systems.proximity.models import Encounter, Heard, Upload
from lachan.systems.proximity.tests.devices import Device, b64
from lachan.testing.cast import sign_in
from lachan_proximity.identifiers.gaen import DayKey, identifier, identifier_key

pytestmark = pytest.mark.django_db
Issue = Callable[..., Any]
# Long past in the day before yesterday, so that the case was infectious and its key is out.
AGO, FROM = 2, 60


def published(device: Device, text: str, *, officer: bool = True) -> dict[str, Any]:
    """The device's keys of that day, out in a key file."""
    receipt: dict[str, Any] = device.publish(text, [device.key(AGO)], officer=officer).json()
    chores.export()
    return {"upload": receipt["upload"], "secret": receipt["secret"]}


def signed_in(account: Any) -> Device:
    device = Device(Client())
    sign_in(device.client, account)
    return device


def shared(mine: Device, other: Device, holder: dict[str, Any], count: int = 3, **more: Any) -> Any:
    notes = [mine.note(other, AGO, FROM + nth, **more) for nth in range(count)]
    return mine.send("heard", holder | {"heard": notes}, size=0)


def answer(mine: Device, other: Device, count: int = 3, **more: Any) -> Any:
    notes = [mine.own(AGO, FROM + nth, **more) for nth in range(count)]
    return mine.send("statements", mine.statement(other, AGO, notes), size=0)


def code_of(refused: Any) -> tuple[int, str]:
    return refused.status_code, refused.json()["error"]["code"]


def test_both_sides_make_a_contact(issue: Issue, hanh: Any, tin: Any, outbreak: Any, province_officer: Any) -> None:
    case, warned = Device(), signed_in(tin)
    holder = published(case, issue().text)
    assert shared(case, warned, holder).json() == {"identifiers": 3}
    assert Encounter.objects.count() == 0 and statements.unknown(Upload.objects.get())["identifiers"] == 3
    found = answer(warned, case).json()["encounters"]
    assert [(each["end"] - each["start"]) // 60 for each in found] == [30]
    assert found[0]["minutes_certain"] == 24 and found[0]["confidence"] == 100
    assert statements.unknown(Upload.objects.get()) == {"identifiers": 0, "people_at_least": 0}
    with audit.acting(audit.system("tests")):
        tracing.retrace(outbreak=outbreak, by=province_officer)
    contact = Contact.objects.get(outbreak=outbreak)
    exposure = Exposure.objects.get(contact=contact)
    assert (contact.person_id, contact.level) == (tin.person.pk, 1)
    assert (exposure.source, exposure.minutes_certain, exposure.minutes_possible) == ("proximity", 24, 30)
    assert exposure.evidence["attenuation"] == 0 and exposure.evidence["confidence"] == 100


def test_a_suspected_contact_warns_the_second_order(
    issue: Issue, tin: Any, owner: Any, outbreak: Any, province_officer: Any
) -> None:
    """F1 publishes with a code of its own; F2 answers F1. Nobody handed over whom they know."""
    case, first, second = Device(), signed_in(tin), signed_in(owner)
    holder = published(case, issue().text)
    shared(case, first, holder)
    answer(first, case)
    with audit.acting(audit.system("tests")):
        tracing.retrace(outbreak=outbreak, by=province_officer)
        contact = Contact.objects.get()
        tracing.confirm(contact=contact, by=province_officer)
        code = codes.issue_code(by=province_officer, contact=contact)
    assert code.code.report == 4
    # A day later: past the latent time of the profile.
    receipt = first.publish(code.text, [first.key(0), first.key(AGO - 1)]).json()
    holder = {"upload": receipt["upload"], "secret": receipt["secret"]}
    from lachan.systems.proximity.models import PublishedKey

    PublishedKey.objects.update(out=True)
    ago = AGO - 1
    late = [first.note(second, ago, 70 + nth) for nth in range(3)]
    assert first.send("heard", holder | {"heard": late}, size=0).status_code == 200
    own = [second.own(ago, 70 + nth) for nth in range(3)]
    assert second.send("statements", second.statement(first, ago, own), size=0).status_code == 200
    with audit.acting(audit.system("tests")):
        tracing.retrace(outbreak=outbreak, by=province_officer)
    assert dict(Contact.objects.values_list("person_id", "level")) == {tin.person.pk: 1, owner.person.pk: 2}


def test_a_false_claim_fails(issue: Issue, tin: Any, owner: Any) -> None:
    """Whoever was not heard can prove no identifier that was; nothing is stored."""
    case, there, liar = Device(), signed_in(tin), signed_in(owner)
    shared(case, there, published(case, issue().text))
    assert code_of(answer(liar, case)) == (409, "no_fit")
    # Somebody who heard the true contact too knows identifiers, but has no key that makes them.
    assert Encounter.objects.count() == 0 and not Heard.objects.filter(confirmed=True).exists()


@pytest.mark.parametrize("officer", [True, False])
def test_a_published_key_makes_nobody_its_owner(issue: Issue, tin: Any, owner: Any, officer: bool) -> None:
    """Whoever was heard publishes too: from then on everybody makes the identifiers that the case heard."""
    case, heard, liar = Device(), signed_in(tin), signed_in(owner)
    shared(case, heard, published(case, issue().text))
    published(heard, issue().text, officer=officer)
    liar.keys = heard.keys
    assert code_of(answer(liar, case)) == (422, "identifier_published")
    Upload.objects.filter(person=None).update(revoked_at=timezone.now())
    assert code_of(answer(liar, case)) == (422, "identifier_published"), "taken back, it is known all the same"
    assert Encounter.objects.count() == 0 and not Heard.objects.filter(confirmed=True).exists()


def test_who_published_too_may_still_answer(issue: Issue, tin: Any) -> None:
    case, warned = Device(), signed_in(tin)
    shared(case, warned, published(case, issue().text))
    published(warned, issue().text)
    # The code of these tests is Hạnh's.
    Upload.objects.filter(pk=Upload.objects.latest("pk").pk).update(person=tin.person)
    assert answer(warned, case).status_code == 200


def test_who_published_without_a_name_answers_with_the_receipt(issue: Issue, tin: Any, owner: Any) -> None:
    case, warned, liar = Device(), signed_in(tin), signed_in(owner)
    shared(case, warned, published(case, issue().text))
    receipt = published(warned, issue().text, officer=False)
    liar.keys = warned.keys
    said = warned.statement(case, AGO, [warned.own(AGO, FROM + nth) for nth in range(3)])
    assert code_of(warned.send("statements", said, size=0)) == (422, "identifier_published")
    wrong = said | receipt | {"secret": "x"}
    assert code_of(liar.send("statements", wrong, size=0)) == (404, "receipt_unknown")
    assert warned.send("statements", said | receipt, size=0).status_code == 200
    assert Upload.objects.get(key=receipt["upload"]).person is None, "nothing of it is kept"
    # A receipt with another's name on it opens nothing.
    named = published(Device(), issue().text)
    assert code_of(liar.send("statements", said | named, size=0)) == (422, "identifier_published")


def test_answers_are_counted_also_when_refused(issue: Issue, tin: Any, owner: Any, monkeypatch: Any) -> None:
    assert (statements.ANSWERS_ACCOUNT.burst, statements.ANSWERS_ACCOUNT.seconds) == (20, 3600)
    monkeypatch.setattr(statements, "ANSWERS_ACCOUNT", ratelimit.Limit("test.answers", 2, 3600))
    case, warned, other = Device(), signed_in(tin), signed_in(owner)
    shared(case, warned, published(case, issue().text))
    assert [code_of(answer(warned, Device()))[0] for _nth in range(2)] == [422, 422]
    refused = answer(warned, case)
    assert code_of(refused) == (429, "too_many_answers") and 0 < int(refused["Retry-After"]) <= 1800
    assert code_of(answer(other, case)) == (409, "no_fit"), "somebody else's count"


def test_an_answer_is_given_once(issue: Issue, tin: Any, owner: Any) -> None:
    case, warned, other = Device(), signed_in(tin), signed_in(owner)
    shared(case, warned, published(case, issue().text))
    assert answer(warned, case).status_code == 200
    other.keys = warned.keys
    assert code_of(answer(other, case)) == (409, "answered")
    assert code_of(answer(warned, case)) == (409, "answered")
    assert Encounter.objects.count() == 1


@pytest.mark.parametrize("theirs", [{"minutes": 2}, {"attenuation": 3}])
def test_sides_that_differ_do_not_fit(issue: Issue, tin: Any, theirs: dict[str, int]) -> None:
    case, warned = Device(), signed_in(tin)
    shared(case, warned, published(case, issue().text))
    assert code_of(answer(warned, case, **theirs)) == (409, "no_fit")


def test_most_of_a_claim_must_fit(issue: Issue, tin: Any) -> None:
    case, warned = Device(), signed_in(tin)
    shared(case, warned, published(case, issue().text), count=2)
    assert code_of(answer(warned, case, count=5)) == (409, "no_fit")
    found = answer(warned, case, count=4).json()["encounters"]
    assert [(each["confidence"], each["end"] - each["start"]) for each in found] == [(50, 1200)]


def test_without_the_publishers_yes_there_is_nothing_to_answer(issue: Issue, tin: Any) -> None:
    case, warned = Device(), signed_in(tin)
    holder = published(case, issue().text, officer=False)
    assert code_of(shared(case, warned, holder)) == (409, "not_agreed")
    assert code_of(answer(warned, case)) == (409, "not_agreed")


def test_only_the_days_that_were_chosen(issue: Issue, tin: Any) -> None:
    case, warned = Device(), signed_in(tin)
    holder = published(case, issue().text)
    other_day = [case.note(warned, AGO + 2, FROM)]
    assert code_of(case.send("heard", holder | {"heard": other_day}, size=0)) == (422, "day_not_shared")
    outside = warned.statement(case, AGO, [warned.own(AGO + 2, FROM)])
    assert code_of(warned.send("statements", outside, size=0)) == (422, "outside_key")
    twice = warned.statement(case, AGO, [warned.own(AGO, FROM)] * 2)
    assert code_of(warned.send("statements", twice, size=0)) == (422, "interval_twice")


def test_unpublished_keys_and_ones_own_cannot_be_answered(issue: Issue, hanh: Any, tin: Any) -> None:
    case, warned = signed_in(hanh), signed_in(tin)
    receipt = case.publish(issue().text, [case.key(AGO)])
    assert receipt.status_code == 200
    assert code_of(answer(warned, case)) == (422, "key_unknown")
    chores.export()
    assert code_of(answer(case, case)) == (422, "own_key")
    assert code_of(answer(warned, Device())) == (422, "key_unknown")


def test_both_can_take_it_back(issue: Issue, tin: Any, owner: Any) -> None:
    case, warned = Device(), signed_in(tin)
    holder = published(case, issue().text)
    shared(case, warned, holder)
    key = answer(warned, case).json()["encounters"][0]["id"]
    stranger = signed_in(owner)
    assert stranger.client.post(f"/api/v1/proximity/statements/{key}/withdraw").status_code == 404
    assert warned.client.post(f"/api/v1/proximity/statements/{key}/withdraw").json() == {"gone": True}
    assert Encounter.objects.count() == 0
    case.send("revoke", holder, size=0)
    assert Heard.objects.count() == 0


def test_what_nobody_answers_goes_after_fourteen_days(issue: Issue, tin: Any) -> None:
    case, warned = Device(), signed_in(tin)
    shared(case, warned, published(case, issue().text))
    Heard.objects.filter(pk=Heard.objects.order_by("pk").values("pk")[:1]).update(interval=1)
    chores.expire()
    assert Heard.objects.count() == 2


def test_erasing_a_person_takes_the_keys_back(issue: Issue, hanh: Any, tin: Any) -> None:
    from lachan.register.people import holdings

    case, warned = Device(), signed_in(tin)
    shared(case, warned, published(case, issue().text))
    answer(warned, case)
    mine = [each for each in holdings.all_holdings() if each.room == "proximity"]
    assert len(mine) == 4
    told = [row for each in mine for row in each.export(hanh.person.pk)]
    assert len(told) == 3 and not any("answerer" in row for row in told)
    with audit.acting(audit.system("tests")):
        for each in mine:
            each.erase(hanh.person.pk)
    assert Encounter.objects.count() == 0 and Upload.objects.get().revoked_at is not None


def test_merging_two_records_that_met_leaves_no_encounter_with_oneself(issue: Issue, hanh: Any, tin: Any) -> None:
    from lachan.register.people import holdings

    case, warned = Device(), signed_in(tin)
    shared(case, warned, published(case, issue().text))
    answer(warned, case)
    for each in holdings.all_holdings():
        if each.room == "proximity":
            each.repoint(tin.person.pk, hanh.person.pk)
    assert Encounter.objects.count() == 0


def test_tags_are_made_of_the_identifiers_on_the_air() -> None:
    key = DayKey(bytes(range(16)), 2_900_016)
    made = own_tags(identifier_key(key.tek), [key.start, key.start + 7])
    assert made[key.start + 7] == tag(identifier(key, key.start + 7))
    assert b64(made[key.start]) != b64(made[key.start + 7])


def test_fitting_takes_the_smaller_and_the_larger() -> None:
    mine = [Note(100, 4, 6, 1), Note(101, 8, 10, 0), Note(105, 1, 3, 2)]
    tags = {note.interval: bytes([nth]) * 16 for nth, note in enumerate(mine)}
    noted = {
        bytes([0]) * 16: Note(100, 3, 7, 0),
        bytes([1]) * 16: Note(102, 9, 9, 0),
        bytes([2]) * 16: Note(105, 2, 2, 3),
    }
    met, used = fit(mine, tags, noted)
    assert [(each.start, each.end, each.certain) for each in met] == [
        (100 * 600 + 180, 101 * 600 + 600, 11 * 60),
        (105 * 600, 105 * 600 + 180, 60),
    ]
    assert len(used) == 3 and met[0].confidence == 100
    assert not agree(Note(1, 0, 5, 0), Note(3, 0, 5, 0))
    assert fit(mine, tags, {}) == ([], set())


def test_an_encounter_from_afar_makes_no_contact(issue: Issue, tin: Any, outbreak: Any, province_officer: Any) -> None:
    case, warned = Device(), signed_in(tin)
    shared(case, warned, published(case, issue().text), attenuation=2)
    assert answer(warned, case, attenuation=2).status_code == 200
    with audit.acting(audit.system("tests")):
        tracing.retrace(outbreak=outbreak, by=province_officer)
    assert (Encounter.objects.count(), Contact.objects.count()) == (1, 0)


def test_a_decided_time_is_part_of_the_window(issue: Issue, tin: Any, outbreak: Any, province_officer: Any) -> None:
    """An encounter before the case could infect makes no contact."""
    case, warned = Device(), signed_in(tin)
    shared(case, warned, published(case, issue().text))
    answer(warned, case)
    Encounter.objects.update(
        starts_at=timezone.now() - timedelta(days=12), ends_at=timezone.now() - timedelta(days=12, minutes=-40)
    )
    with audit.acting(audit.system("tests")):
        tracing.retrace(outbreak=outbreak, by=province_officer)
    assert Contact.objects.count() == 0
