"""A paper form at the desk: the traveller's own version and checks, who typed it in, nobody twice."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from lachan.faces.entry.tests.test_pages import walk
from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.forms.validate import today
from lachan.systems.entry import actions, manifests
from lachan.systems.entry.models import ActivationOrder, Declaration, Gate, Passenger
from lachan.systems.entry.tests.conftest import airport, order, traveller, trip
from lachan.testing.cast import Areas, sign_in

pytestmark = pytest.mark.django_db
__all__ = ["airport", "order"]
FORM = "/desk/entry/paper/form/"


@pytest.fixture
def border(border_officer: Any) -> Client:
    client = Client()
    sign_in(client, border_officer)
    return client


def begin(client: Client, query: str = "", **changes: str) -> Any:
    given = {"gate": "da-nang", "direction": "entry", "day": today().isoformat(), "paper_on": today().isoformat()}
    return client.post(f"/desk/entry/paper/{query}", given | changes)


def type_in(client: Client, *people: dict[str, Any], **changes: str) -> Any:
    begin(client, **changes)
    assert walk(client, "/desk/entry/paper/trip/", trip(stay_commune="Hải Châu, Đà Nẵng")).headers["Location"] == FORM
    for number, answers in enumerate(people, 1):
        if number > 1:
            client.post(FORM, {"go": "add"})
        assert walk(client, f"/desk/entry/paper/people/{number}/", answers).headers["Location"] == FORM
    return client.post(FORM, {"go": "send"})


def test_a_paper_form_of_yesterday_is_kept_with_its_date_and_typist(
    order: ActivationOrder, border: Client, border_officer: Any
) -> None:
    yesterday = today() - timedelta(days=1)
    sent = type_in(
        border,
        traveller(),
        traveller("NOI KAEWMANEE", "AC999", fever="yes", onset=yesterday.isoformat()),
        day=yesterday.isoformat(),
        paper_on=yesterday.isoformat(),
    )
    kept = Declaration.objects.get()
    assert sent.headers["Location"] == f"/desk/entry/declarations/{kept.key}/"
    assert (kept.paper_on, kept.typed_by, kept.travel_day) == (yesterday, border_officer, yesterday)
    assert (kept.order, kept.travellers.get(number=2).hits) == (order, ["fever"])
    assert AuditEvent.objects.get(
        action="entry.declaration.submit", subject_id=kept.travellers.get(number=1).person_id
    ).detail["paper"]
    assert "Vũ Minh Quân nhập" in border.get(sent.headers["Location"]).content.decode()
    # The drawer is empty, and what the officer declares as a traveller was never in it.
    assert border.get(FORM).headers["Location"] == "/desk/entry/paper/"
    assert border.get("/entry/party/").headers["Location"] == "/entry/"


def test_who_declared_by_phone_is_not_typed_in_again(
    order: ActivationOrder, airport: Gate, border: Client, area_tree: Areas
) -> None:
    declared = actions.declare(
        order=order,
        gate=airport,
        travel_day=today(),
        language="en",
        area=area_tree.haichau,
        party=actions.Party(trip(), [traveller()]),
        key=uuid4(),
    )
    refused = type_in(border, traveller(document="ac 123 4417"))
    assert refused.status_code == 422
    assert f"/desk/entry/declarations/{declared.key}/" in refused.content.decode()
    assert Declaration.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"day": "soon"},
        {"paper_on": "soon"},
        {"paper_on": (today() + timedelta(days=1)).isoformat()},
        {"gate": "noi-bai"},
        {"direction": "exit"},
    ],
)
def test_a_wrong_beginning_is_said(order: ActivationOrder, border: Client, changes: dict[str, str]) -> None:
    assert begin(border, **changes).status_code == 422


def test_a_date_long_before_the_journey_is_refused_before_anything_is_kept(
    order: ActivationOrder, border: Client
) -> None:
    refused = type_in(border, traveller(), paper_on=(today() - timedelta(days=20)).isoformat())
    assert refused.status_code == 422
    assert "Ngày ghi trên giấy phải" in refused.content.decode()
    assert not Declaration.objects.exists()


def test_somebody_of_a_carriers_list_is_filled_in_and_found(
    order: ActivationOrder, airport: Gate, border: Client, border_officer: Any
) -> None:
    content = "Name,Passport,DOB,Seat\nKAEWMANEE SOMCHAI,AC1234417,4/3/1988,17C\n"
    with audit.acting(audit.system("tests")):
        job = manifests.submit(
            by=border_officer,
            gate=airport,
            conveyance="air",
            number="VN627",
            day=today(),
            filename="a.csv",
            content=content.encode(),
        )
        manifests.work()
        manifests.confirm(job=job)
        manifests.work()
    listed = Passenger.objects.get()
    begin(border, f"?passenger={listed.key}")
    page = border.get("/desk/entry/paper/people/1/", follow=True).content.decode()
    assert "KAEWMANEE SOMCHAI" in page
    assert "1988-03-04" in page
    walk(border, "/desk/entry/paper/trip/", trip(stay_commune="Hải Châu, Đà Nẵng"))
    walk(border, "/desk/entry/paper/people/1/", traveller())
    border.post(FORM, {"go": "send"})
    listed.refresh_from_db()
    assert (listed.state, listed.reason) == ("declared", "document")


def test_strangers_cannot(order: ActivationOrder, client: Client, province_officer: Any) -> None:
    assert client.get("/desk/entry/paper/").status_code == 302
    sign_in(client, province_officer)
    for address in ("/desk/entry/paper/", FORM, "/desk/entry/paper/trip/", "/desk/entry/paper/people/1/"):
        assert client.get(address).status_code == 403
