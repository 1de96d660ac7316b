"""Two real agents' stores against the server: share, warn, answer, take back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.ground import audit
from lachan.response.tracing import actions as tracing
from lachan.response.tracing.models import Exposure
from lachan.systems.proximity import chores, codes
from lachan.systems.proximity.models import Decoy, Encounter, Heard, PublishedKey, Upload
from lachan.systems.proximity.tests.devices import today
from lachan.systems.proximity.tests.test_statements import signed_in
from lachan_proximity.agent import sharing
from lachan_proximity.agent.checking import examined
from lachan_proximity.agent.library import Library
from lachan_proximity.agent.line import Answer
from lachan_proximity.exposures import check
from lachan_proximity.identifiers import Scheme
from lachan_proximity.identifiers.gaen import DayKey, Metadata, crypt_metadata, identifier
from lachan_proximity.risk.profile import RiskProfile
from lachan_proximity.sightings import Sighting, Sightings, Vault

pytestmark = pytest.mark.django_db
GAP = 240


def through(client: Client) -> sharing.Server:
    def send(path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        more = {name: value for name, value in headers.items() if name != "Content-Type"}
        if body is None:
            found = client.get(path, headers=more)
        else:
            found = client.post(path, body, content_type="application/json", headers=more)
        return Answer(found.status_code, found.content, {name.lower(): value for name, value in found.headers.items()})

    return sharing.Server(send)


class Agent:
    """A store with the key of the day before yesterday."""

    def __init__(self, folder: Path, tek: bytes) -> None:
        folder.mkdir()
        self.store = Sightings(folder / "sightings.sqlite", Vault(folder / "lock.json", None))
        self.key = DayKey(tek, today() - 288)
        self.store.keep_own_key(self.key)

    def hears(self, other: "Agent", minutes: int, rssi: int = -50) -> None:
        """A scan every four minutes from 10:00 UTC."""
        start = (self.key.start + 60) * 600
        self.store.add(self._heard(other, start + at, rssi) for at in range(0, minutes * 60, GAP))

    def _heard(self, other: "Agent", at: int, rssi: int) -> Sighting:
        rpi = identifier(other.key, at // 600)
        metadata = crypt_metadata(other.key.tek, rpi, Metadata(tx_power=0).encode())
        return Sighting(Scheme.GAEN, rpi, float(at), (rssi,) * 5, metadata, GAP)


@pytest.fixture
def agents(tmp_path: Path) -> tuple[Agent, Agent]:
    case, warned = Agent(tmp_path / "case", bytes(16)), Agent(tmp_path / "warned", bytes(range(16)))
    case.hears(warned, 40)
    warned.hears(case, 40, rssi=-53)
    return case, warned


def test_from_a_code_to_a_contact_with_minutes(
    agents: tuple[Agent, Agent],
    issue: Any,
    client: Client,
    tin: Any,
    outbreak: Any,
    province_officer: Any,
    tmp_path: Path,
) -> None:
    case, warned = agents
    server = through(client)
    receipt = sharing.share(server, codes.spoken(issue().text), sharing.chosen(case.store, None), officer=True)
    assert sharing.share_heard(server, receipt, case.store, [case.key]) == Heard.objects.count() == 4
    chores.export()
    library = Library(tmp_path / "keyfiles")
    now = timezone.now().timestamp()
    assert library.refresh(server.send, now).new == 1 and library.refresh(server.send, now).new == 0
    exported = next(library.exports())
    said = examined(warned.store, [exported], library.profile(), today=today() // 144)
    assert said["risk"] == "high" and "khoảng 40 phút" in said["why"]["vi"]
    checked = check(warned.store, [exported], RiskProfile.shipped(), today=today() // 144)
    (encounter,) = [met for exposure in checked.exposures for met, _distance in exposure.encounters]
    phone = through(signed_in(tin).client)
    statement = sharing.statement(warned.store, case.key, warned.key)
    assert statement is not None
    answer = phone.post("statements", statement, padded=False)
    assert [each["confidence"] for each in answer["encounters"]] == [100]
    with audit.acting(audit.system("tests")):
        tracing.retrace(outbreak=outbreak, by=province_officer)
    exposure = Exposure.objects.get()
    # What the device itself says lies within what tracing says.
    assert exposure.minutes_certain <= encounter.certain <= encounter.possible <= exposure.minutes_possible + 8
    assert exposure.source == "proximity" and exposure.evidence["attenuation"] == 0
    sharing.revoke(server, receipt)
    assert not Encounter.objects.exists() and not Heard.objects.exists()


def test_a_dummy_leaves_its_hour(client: Client) -> None:
    sharing.dummy(through(client))
    assert (Decoy.objects.count(), Upload.objects.count(), PublishedKey.objects.count()) == (1, 0, 0)


def test_a_refusal_is_told_in_words(agents: tuple[Agent, Agent], client: Client) -> None:
    with pytest.raises(sharing.RefusedError, match="Không có mã này"):
        sharing.share(through(client), "99", [agents[0].key], officer=False)
    with pytest.raises(ValueError, match="no key"):
        sharing.share(through(client), "99", [], officer=False)
