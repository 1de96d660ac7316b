"""How many are inside a place, for who helps there; and how a gate goes on counting without a network."""

import json
import shutil
import subprocess
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from lachan.systems.checkin.models import Visit
from lachan.testing.cast import sign_in

NODE = shutil.which("node")
NOW = 1_800_000_000_000


@pytest.mark.django_db
def test_who_helps_at_the_place_reads_the_count_and_nobody_else(
    client: Client, market: Any, gatekeeper: Any, owner: Any, tin: Any, hanh: Any
) -> None:
    market.capacity = 150
    market.save()
    now = timezone.now()
    for person in (hanh.person.pk, tin.person.pk):
        Visit.objects.create(
            place=market,
            person_id=person,
            t_in=now - timedelta(minutes=20),
            t_out=now + timedelta(minutes=20),
            certain_until=now - timedelta(minutes=20),
            ending=4,
            trust=1,
        )
    address = f"/api/v1/gate/places/{market.key}/inside"
    assert client.get(address).status_code == 401
    for account in (gatekeeper, owner):
        sign_in(client, account)
        told = client.get(address).json()
        assert (told["inside"], told["capacity"]) == (2, 150)
        assert set(told) == {"inside", "capacity", "at"}
    sign_in(client, tin)
    assert client.get(address).json()["error"]["code"] == "not_staff"


VISIT = {"place": "p", "direction": "in", "state": "waiting", "paper": False, "written": NOW}


@pytest.mark.skipif(NODE is None, reason="node is not installed")
@pytest.mark.parametrize(
    ("visits", "age_s", "inside", "state", "estimate"),
    [
        ([], 0, 135, "crowded", False),
        ([VISIT, VISIT | {"state": "held"}], 0, 137, "crowded", False),
        ([VISIT | {"direction": "out"}] * 2, 0, 133, "open", False),
        ([VISIT] * 20, 60, 155, "full", True),
        # What the server has stored before its count is in the count; what it stored since is not.
        ([VISIT | {"state": "sent", "stored": NOW - 70_000}], 60, 135, "crowded", True),
        ([VISIT | {"state": "sent", "stored": NOW - 30_000}], 60, 136, "crowded", True),
        ([VISIT | {"state": "refused"}, VISIT | {"place": "q"}, VISIT | {"paper": True}], 0, 135, "crowded", False),
        ([VISIT | {"direction": "out"}] * 200, 0, 0, "open", False),
    ],
)
def test_a_gate_moves_the_last_count_by_what_it_writes(
    visits: list[dict[str, Any]], age_s: int, inside: int, state: str, estimate: bool
) -> None:
    script = (
        "import(process.argv[1]).then(({ reckon }) => {"
        " const { count, all, now } = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        " process.stdout.write(JSON.stringify(reckon(count, all, now))); });"
    )
    count = {"place": "p", "inside": 135, "capacity": 150, "at": NOW - age_s * 1000}
    given = json.dumps({"count": count, "all": visits, "now": NOW})
    address = (settings.WEB / "static" / "gate" / "reckoning.js").as_uri()
    run = subprocess.run([str(NODE), "-e", script, address], input=given, capture_output=True, check=True, text=True)
    found = json.loads(run.stdout)
    assert (found["inside"], found["state"], found["estimate"]) == (inside, state, estimate)
