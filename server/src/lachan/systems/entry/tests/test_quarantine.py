"""Quarantine at a place: the register's place, the plan that watches, changes and release, the order on paper."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pypdf
import pytest
from django.test import Client

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.forms.validate import today
from lachan.register.places.actions import register_place
from lachan.response.care import actions as care
from lachan.response.care.models import Plan
from lachan.systems.entry import actions, deciding, quarantine
from lachan.systems.entry.models import ActivationOrder, Decision, Declaration, Gate
from lachan.systems.entry.tests.conftest import traveller, trip
from lachan.testing.cast import Areas, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def declared(order: ActivationOrder, airport: Gate, area_tree: Areas) -> Declaration:
    return actions.declare(
        order=order,
        gate=airport,
        travel_day=today(),
        language="en",
        area=area_tree.haichau,
        party=actions.Party(trip(), [traveller()]),
        key=uuid4(),
    )


def decide(declared: Declaration, officer: Any, kind: str, **changes: Any) -> Decision:
    order = None
    if kind == "quarantine":
        given = {"order_number": "15/QĐ-KDYT", "legal_basis": "Luật 114/2025/QH15", "signatory": "Vũ Minh Quân"}
        dates = {"starts_on": today(), "ends_on": today() + timedelta(days=7), "place": "Khu cách ly Hòa Xuân"}
        order = deciding.QuarantineOrder(**given | dates | changes)
    with audit.acting(audit.system("tests")):
        return deciding.decide(
            declaration=declared,
            number=1,
            revision=1,
            kind=kind,
            at=declared.submitted_at + timedelta(seconds=Decision.objects.count()),
            by=officer,
            key=uuid4(),
            quarantine=order,
        )


@pytest.fixture
def place(area_tree: Areas, owner: Any) -> Any:
    with audit.acting(audit.system("tests")):
        return register_place(account=owner, name="Khu cách ly Hòa Xuân", kind="lodging", area=area_tree.hoaxuan)


def test_an_order_begins_monitoring_by_the_station_of_the_place(
    declared: Declaration, border_officer: Any, place: Any, area_tree: Areas
) -> None:
    for text in ("khu cach ly Hoà Xuân", "Khu cách ly Hòa Xuân, Hòa Xuân", place.codes.get().code):
        assert quarantine.place_named(text, declared.gate) == place
    kept = decide(declared, border_officer, "quarantine")
    plan = Plan.objects.get()
    assert (kept.plan, kept.registered) == (plan, place)
    assert (plan.area, plan.reason, plan.disease) == (area_tree.hoaxuan, "quarantine", declared.order.disease)
    assert (plan.starts_on, plan.ends_on, plan.opened_by) == (kept.starts_on, kept.ends_on, border_officer)


def test_a_place_not_in_the_register_leaves_it_to_the_station_of_the_stay(
    declared: Declaration, border_officer: Any, area_tree: Areas
) -> None:
    kept = decide(declared, border_officer, "quarantine")
    assert kept.registered is None
    assert Plan.objects.get().area == area_tree.haichau


def test_a_name_of_two_places_is_asked(
    declared: Declaration, border_officer: Any, place: Any, area_tree: Areas, owner: Any
) -> None:
    with audit.acting(audit.system("tests")):
        other = register_place(account=owner, name="Khu cách ly Hòa Xuân", kind="lodging", area=area_tree.haichau)
        elsewhere = register_place(account=owner, name="Khách sạn Hồ Tây", kind="lodging", area=area_tree.tayho)
    with pytest.raises(deciding.DecisionError, match="Phường Hải Châu") as refused:
        decide(declared, border_officer, "quarantine")
    assert refused.value.field == "place"
    assert quarantine.place_named("Khu cách ly Hòa Xuân, Hải Châu", declared.gate) == other
    assert quarantine.place_named(elsewhere.name, declared.gate) is None
    assert not Plan.objects.exists()


def test_a_changed_order_and_a_release_end_what_watched_and_all_of_it_is_kept(
    declared: Declaration, border_officer: Any
) -> None:
    with pytest.raises(deciding.DecisionError):
        decide(declared, border_officer, "release")
    first = decide(declared, border_officer, "quarantine")
    second = decide(declared, border_officer, "quarantine", ends_on=today() + timedelta(days=3))
    assert [quarantine.verify(str(one.code)).state for one in (first, second)] == ["changed", "holds"]  # type: ignore[union-attr]
    assert list(Plan.objects.order_by("pk").values_list("status", "ending")) == [("stopped", "released"), ("open", "")]
    decide(declared, border_officer, "release")
    assert not Plan.objects.filter(status="open").exists()
    assert quarantine.verify(str(second.code)).state == "released"  # type: ignore[union-attr]
    assert Decision.objects.count() == 3


@pytest.mark.parametrize("reason", ["contact", "quarantine"])
def test_a_plan_that_another_began_outlives_the_order(
    declared: Declaration, border_officer: Any, airport: Gate, area_tree: Areas, reason: str
) -> None:
    one = declared.travellers.get()
    if reason == "contact":
        with audit.acting(audit.system("tests")):
            other = care.open_plan(
                person=one.person,
                reason=reason,
                disease=declared.order.disease,
                starts_on=today(),
                ends_on=today() + timedelta(days=14),
                by=None,
                area=area_tree.hoaxuan,
            )
    else:
        again = actions.declare(
            order=declared.order,
            gate=airport,
            travel_day=today() + timedelta(days=1),
            language="en",
            area=area_tree.haichau,
            party=actions.Party(trip(), [traveller()]),
            key=uuid4(),
        )
        assert again.travellers.get().person_id == one.person_id
        began = decide(again, border_officer, "quarantine").plan
        assert began is not None
        other = began
    for kind in ("quarantine", "quarantine"):
        assert decide(declared, border_officer, kind).plan == other
    decide(declared, border_officer, "release")
    assert list(Plan.objects.values_list("pk", "status", "ending")) == [(other.pk, "open", "")]


def test_a_decision_that_comes_late_changes_nothing(declared: Declaration, border_officer: Any) -> None:
    decide(declared, border_officer, "quarantine")
    late = Decision.objects.get()
    Decision.objects.filter(pk=late.pk).update(at=late.at + timedelta(hours=1))
    decide(declared, border_officer, "pass")
    assert Plan.objects.get().status == "open"


def test_an_order_of_the_past_is_refused_whole(declared: Declaration, border_officer: Any) -> None:
    past = {"starts_on": today() - timedelta(days=5), "ends_on": today() - timedelta(days=1)}
    with pytest.raises(deciding.DecisionError) as refused:
        decide(declared, border_officer, "quarantine", **past)
    assert refused.value.field == "ends_on"
    assert not Decision.objects.exists()


def test_the_order_on_paper_is_read_and_verified(
    declared: Declaration, border_officer: Any, place: Any, client: Client, commune_officer: Any
) -> None:
    kept = decide(declared, border_officer, "quarantine")
    address = f"/desk/entry/decisions/{kept.key}/vi/order.pdf"
    border = Client()
    sign_in(border, border_officer)
    file = border.get(address)
    text = pypdf.PdfReader(io.BytesIO(file.content)).pages[0].extract_text()
    for said in ("15/QĐ-KDYT", "SOMCHAI KAEWMANEE", "Luật 114/2025/QH15", "Vũ Minh Quân", str(kept.code)[:4]):
        assert said in text
    assert AuditEvent.objects.get(action="entry.order.print").subject_id == kept.traveller.person_id
    assert border.get(address.replace("/vi/", "/en/")).status_code == 200
    assert border.get(address.replace("/vi/", "/fr/")).status_code == 404
    page = client.get(f"/q/{kept.code}/")
    said = page.content.decode()
    assert "đang hiệu lực" in said
    assert "S. K." in said
    assert "SOMCHAI" not in said
    assert "Hòa Xuân" not in said
    assert client.get("/q/nonsense/").status_code == 404
    other = Client()
    sign_in(other, commune_officer)
    assert other.get(address).status_code == 403


def test_the_desk_shows_who_watches_and_offers_the_release(declared: Declaration, border_officer: Any) -> None:
    border = Client()
    sign_in(border, border_officer)
    page = f"/desk/entry/declarations/{declared.key}/"
    assert 'value="release"' not in border.get(page).content.decode()
    decide(declared, border_officer, "quarantine")
    said = border.get(page).content.decode()
    assert "Trạm y tế Phường Hải Châu theo dõi" in said
    sent = {"code": declared.code, "number": "1", "revision": "1", "kind": "release", "key": str(uuid4())}
    border.post("/desk/entry/decide/", sent)
    said = border.get(page).content.decode()
    assert "Các quyết định trước" in said
    assert 'value="release"' not in said
