"""The health question of a place: kept once, under its version, and what was not asked stays apart from "no"."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client

from lachan.ground import audit
from lachan.register.access import tokens
from lachan.register.forms.actions import create_draft, load_forms, publish
from lachan.register.forms.models import FormVersion, Response
from lachan.register.places import actions as places
from lachan.systems.checkin import health
from lachan.systems.checkin.keeping import _retain_events

pytestmark = pytest.mark.django_db
WELL = {"symptoms": ["none"], "contact": "no"}


@pytest.fixture
def clinic(db: None, owner: Any, area_tree: Any) -> Any:
    with audit.acting(audit.system("tests")):
        load_forms()
        return places.register_place(account=owner, name="Trạm Y tế", kind="hospital", area=area_tree.haichau)


@pytest.fixture
def device(hanh: Any) -> Any:
    with audit.acting(audit.system("tests")):
        return tokens.issue_device(account=hanh, label="tests")


def arrive(device: Any, person: Any, place: Any, *, ago: timedelta = timedelta(0), direction: int = 1) -> UUID:
    key, event, at = uuid4(), uuid4(), datetime.now(UTC) - ago
    with connection.cursor() as cursor:
        cursor.execute("SELECT checkin_partitions_ahead(%s, %s)", [at, at])
        cursor.execute(
            """INSERT INTO checkin_receipt (device_id, key, body_hash, event_id, place_id, at, direction, received_at)
               VALUES (%s, %s, '', %s, %s, %s, %s, %s)""",
            [device[0].pk, key, event, place.pk, at, direction, at],
        )
        cursor.execute(
            """INSERT INTO checkin_event (id, person_id, place_id, at, direction, trust, by_account_id, device_id,
                                          received_at) VALUES (%s, %s, %s, %s, %s, 1, %s, %s, %s)""",
            [event, person.pk, place.pk, at, direction, device[0].account_id, device[0].pk, at],
        )
    return key


def send(client: Client, device: Any, checkin: UUID, answers: dict[str, Any], **more: Any) -> Any:
    body = {"checkin": str(checkin), "version": 1, "answers": answers, "answered_at": datetime.now(UTC).isoformat()}
    return client.post(
        "/api/v1/checkin-answers",
        json.dumps(body | more),
        content_type="application/json",
        headers={"Authorization": f"Bearer {device[1]}"},
    )


def test_answers_are_kept_once_under_their_version(client: Client, device: Any, hanh: Any, clinic: Any) -> None:
    checkin = arrive(device, hanh.person, clinic)
    for _sent_twice in range(2):
        answer = send(client, device, checkin, WELL)
        assert (answer.status_code, answer.json()["version"]) == (200, 1), answer.content
    kept = Response.objects.get()
    assert (kept.person_id, kept.version.form_id, kept.version.number) == (hanh.person.pk, "checkin-health", 1)
    assert kept.answers == WELL
    other = send(client, device, checkin, WELL | {"contact": "yes"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "answers_kept")


def test_a_version_replaced_while_the_phone_was_offline_still_takes_answers(
    client: Client, device: Any, hanh: Any, clinic: Any
) -> None:
    checkin = arrive(device, hanh.person, clinic, ago=timedelta(hours=2))
    with audit.acting(audit.system("tests")):
        document = FormVersion.objects.get(form_id="checkin-health").document
        publish(version=create_draft(document=document))
    sent = send(client, device, checkin, WELL, answered_at=(datetime.now(UTC) - timedelta(hours=2)).isoformat())
    assert sent.status_code == 200
    assert Response.objects.get().version.number == 1


def test_not_asked_is_kept_apart_from_no_and_only_for_another(
    client: Client, device: Any, hanh: Any, khoi: Any, clinic: Any
) -> None:
    for_child = send(client, device, arrive(device, khoi, clinic), WELL | {"contact": "not_asked"})
    assert for_child.status_code == 200, for_child.content
    assert Response.objects.get().answers == {"symptoms": ["none"]}
    own = send(client, device, arrive(device, hanh.person, clinic), WELL | {"contact": "not_asked"})
    assert (own.status_code, own.json()["error"]["field"]) == (422, "answers.contact")
    unanswered = arrive(device, hanh.person, clinic)
    event = health.event_of(device[0].pk, unanswered)
    assert event is not None
    assert health.answered([event.id]) == set()


def test_what_cannot_be_answered_is_told(client: Client, device: Any, hanh: Any, clinic: Any, market: Any) -> None:
    def refused(answer: Any) -> tuple[int, str]:
        return answer.status_code, answer.json()["error"]["code"]

    assert refused(send(client, device, uuid4(), WELL)) == (404, "checkin_unknown")
    assert refused(send(client, device, arrive(device, hanh.person, market), WELL)) == (422, "not_asked")
    leaving = arrive(device, hanh.person, clinic, direction=2)
    assert refused(send(client, device, leaving, WELL)) == (422, "not_asked")
    here = arrive(device, hanh.person, clinic)
    assert refused(send(client, device, here, WELL, version=9)) == (422, "version_unknown")
    assert refused(send(client, device, here, {"symptoms": ["none", "fever"], "contact": "no"})) == (422, "answers")
    assert refused(send(client, device, here, WELL | {"x": "\x00"})) == (422, "answers")
    assert client.post("/api/v1/checkin-answers", "{}", content_type="application/json").status_code in {401, 422}
    assert Response.objects.count() == 0


def test_another_device_cannot_answer(client: Client, device: Any, hanh: Any, tin: Any, clinic: Any) -> None:
    checkin = arrive(device, hanh.person, clinic)
    with audit.acting(audit.system("tests")):
        tins = tokens.issue_device(account=tin, label="tests")
    assert send(client, tins, checkin, WELL).status_code == 404


def test_answers_go_in_the_same_night_as_their_arrival(client: Client, device: Any, hanh: Any, clinic: Any) -> None:
    checkin = arrive(device, hanh.person, clinic)
    assert send(client, device, checkin, WELL).status_code == 200
    event = health.event_of(device[0].pk, checkin)
    kept = Response.objects.get()
    assert event is not None
    the_night_before = kept.erase_at - timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE checkin_event DISABLE TRIGGER USER")
    assert _retain_events(the_night_before) == 0
    assert Response.objects.filter(erase_at__lte=the_night_before).count() == 0
    assert _retain_events(kept.erase_at) == 1
