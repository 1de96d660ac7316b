"""Records that may be double: seen side by side within the area, decided with a ground, undone with a reason."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.faces.desk.tests.conftest import Story, as_officer, audited, text
from lachan.ground import audit
from lachan.register.people import actions, matching
from lachan.register.people.models import MatchPair, Merge, Person
from lachan.register.people.tests.test_merging import held
from lachan.response.cases.actions import record_case
from lachan.response.tracing.models import Contact

pytestmark = pytest.mark.django_db
LIST = "/desk/people/doubles/"


@pytest.fixture
def twin(story: Story) -> Person:
    """Hạnh, a second time: she is a contact already, and her second record is a case of the same outbreak."""
    with audit.acting(audit.system("tests")):
        person = actions.register_person(name="Nguyen Thi Hanh", area=story.areas.haichau, phone="0905000418")
        record_case(outbreak=story.outbreak, person=person, by=None, onset_on=timezone.localdate())
    return person


def beside(one: Person, other: Person) -> str:
    return f"/desk/people/{one.key}/beside/{other.key}/"


def test_every_room_has_its_rows_again(story: Story, twin: Person, desk: Client) -> None:
    second = Contact.objects.get(outbreak=story.outbreak, person=story.khoi)
    before = {person.pk: held(person.pk) for person in (story.hanh, twin, story.khoi)}
    body = {"decision": "merge", "keep": str(story.hanh.key), "reason": "đã gọi hỏi"}
    answer = desk.post(beside(twin, story.hanh), body)
    done = Merge.objects.get()
    assert answer["Location"] == f"/desk/people/merges/{done.key}/"
    assert not Person.objects.filter(pk=twin.pk).exists() and story.hanh.cases.count() == 1
    assert desk.get(f"/desk/people/{twin.key}/")["Location"] == f"/desk/people/{story.hanh.key}/"
    page = text(desk.get(f"/desk/people/merges/{done.key}/"))
    assert "đã gọi hỏi" in page and "Nguyen Thi Hanh" in page
    assert desk.post(f"/desk/people/merges/{done.key}/", {}).status_code == 422
    desk.post(f"/desk/people/merges/{done.key}/", {"reason": "hai chị em"})
    assert {number: held(number) for number in before} == before
    assert Contact.objects.filter(pk=second.pk).exists()
    assert audited("people.person.unmerge") == 2
    assert "Nguyen Thi Hanh" in text(desk.get(LIST)), "told once, right after"
    page = text(desk.get(f"/desk/people/merges/{done.key}/"))
    assert "Hồ sơ đã tách" in page and "Nguyen Thi Hanh" not in page


def test_two_contacts_of_one_outbreak_become_one_and_two_again(story: Story, desk: Client) -> None:
    """Both records are contacts with evidence and the second has a case: what hangs on a row that goes comes back."""
    tin, elder = story.tin, story.elder
    matching.propose([matching.Proposal(tin.pk, elder.pk, 0.5, ("area",))])
    before = held(tin.pk), held(elder.pk)
    evidence = {p.pk: story.contact(p).exposures.count() for p in (tin, elder)}
    assert all(evidence.values())
    desk.post(beside(tin, elder), {"decision": "merge", "keep": str(elder.key), "reason": "x"})
    # Tín has an account, which goes along.
    elder.refresh_from_db()
    assert elder.account == tin.account
    assert story.contact(elder).exposures.count() == sum(evidence.values())
    desk.post(f"/desk/people/merges/{Merge.objects.get().key}/", {"reason": "x"})
    assert (held(tin.pk), held(elder.pk)) == before
    assert {p.pk: story.contact(p).exposures.count() for p in (tin, elder)} == evidence


def test_side_by_side_with_the_reading_in_the_trail(story: Story, twin: Person, desk: Client) -> None:
    page = text(desk.get(beside(twin, story.hanh)))
    assert "Nguyen Thi Hanh" in page and "Nguyễn Thị Hạnh" in page and "+84905000418" in page
    assert audited("people.record.read", twin) == audited("people.record.read", story.hanh) == 1


def test_two_records_that_nothing_joins_are_not_opened(story: Story, desk: Client) -> None:
    merge = {"decision": "merge", "keep": str(story.sick.key), "reason": "x"}
    assert desk.get(beside(story.sick, story.hanh)).status_code == 404
    assert desk.post(beside(story.sick, story.hanh), merge).status_code == 404
    assert audited("people.record.read", story.hanh) == 0 and not Merge.objects.exists()
    matching.propose([matching.Proposal(story.sick.pk, story.hanh.pk, 0.2, ("area",))])
    assert desk.get(beside(story.hanh, story.sick)).status_code == 200


def test_two_people_are_remembered_as_two(story: Story, twin: Person, desk: Client) -> None:
    matching.propose([matching.Proposal(twin.pk, story.hanh.pk, 0.97, ("phone", "name"))])
    assert "cùng số điện thoại" in text(desk.get(LIST)).lower()
    assert desk.post(beside(twin, story.hanh), {"decision": "different"}).status_code == 422
    desk.post(beside(twin, story.hanh), {"decision": "different", "reason": "hai chị em"})
    pair = MatchPair.objects.get()
    assert (pair.state, pair.note, pair.decided_by) == ("different", "hai chị em", story.officer)
    assert matching.propose([matching.Proposal(story.hanh.pk, twin.pk, 0.99, ("name",))]) == 0
    assert desk.get(LIST).context["rows"] == []


def test_another_commune_sees_nothing(story: Story, twin: Person, other_commune_officer: Any, desk: Client) -> None:
    matching.propose([matching.Proposal(twin.pk, story.hanh.pk, 0.97, ("name",))])
    matching.propose([matching.Proposal(story.tin.pk, story.hanh.pk, 0.5, ("name",))])
    matching.propose([matching.Proposal(story.sick.pk, twin.pk, 0.5, ("name",))])
    desk.post(beside(story.sick, twin), {"decision": "merge", "keep": str(story.sick.key), "reason": "x"})
    elsewhere = as_officer(other_commune_officer)
    page = elsewhere.get(LIST)
    # Tín lives there; the other half of his pair does not.
    assert page.context["rows"] == [] and page.context["merges"] == [] and "Hạnh" not in text(page)
    assert elsewhere.get(beside(story.tin, story.hanh)).status_code == 404
    assert elsewhere.get(f"/desk/people/merges/{Merge.objects.get().key}/").status_code == 404


def test_the_record_names_who_may_be_the_same(story: Story, twin: Person, desk: Client) -> None:
    desk.post(f"/desk/people/{story.hanh.key}/", {"purpose": "case"})
    page = desk.get(f"/desk/people/{story.hanh.key}/")
    assert beside(story.hanh, twin) in page.content.decode()
