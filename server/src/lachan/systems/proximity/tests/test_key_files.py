"""Key files: what goes out and when, who may believe them, and the log that names every one."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from lachan.ground.platform import keyring
from lachan.systems.proximity import chores, codes, exporting, log
from lachan.systems.proximity.models import KeyFile, LogEntry, PublishedKey
from lachan.systems.proximity.tests.devices import ROOT, Device, today
from lachan_proximity import jws
from lachan_proximity.identifiers.gaen import DayKey
from lachan_proximity.keyfile import KeyFileError, ReportType, Verifier, chain, read

pytestmark = pytest.mark.django_db
Issue = Callable[..., Any]


def verifier(client: Client) -> Verifier:
    key = client.get(f"{ROOT}key").json()
    return Verifier.load(key["pem"].encode(), key["key_id"], key["version"])


def files(client: Client) -> list[bytes]:
    paths = client.get(f"{ROOT}keys/index.txt").content.decode().split()
    return [client.get(path).content for path in paths]


class Clock:
    """Moves the room's time on; hours, so that each export has its own window."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta(0)
        real = timezone.now

        def now() -> datetime:
            return real() + self.ahead

        monkeypatch.setattr(timezone, "now", now)

    def on(self, hours: float) -> None:
        self.ahead += timedelta(hours=hours)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_key_waits_until_nobody_can_replay_it(issue: Issue, clock: Clock, client: Client) -> None:
    device = Device()
    device.publish(issue().text, [device.key(0), device.key(3)])
    chores.export()
    first = read(files(client)[0], [verifier(client)], region="VN")
    teks = {key.tek for key in first.keys.keys()}  # noqa: SIM118  no dict: its keys
    assert device.key(3).tek in teks and device.key(0).tek not in teks
    assert len(first.keys) == 1000, "padded, so that the number of cases is not told"
    # Until midnight in UTC, and two hours more.
    clock.on(27)
    chores.export()
    second = read(files(client)[1], [verifier(client)])
    assert device.key(0).tek in {key.tek for key in second.keys.keys()}  # noqa: SIM118
    assert not PublishedKey.objects.filter(out=False).exists()


def test_a_file_says_onset_and_report(issue: Issue, client: Client) -> None:
    device = Device()
    device.publish(issue().text, [device.key(3)])
    chores.export()
    batch = read(files(client)[0], [verifier(client)]).keys
    nth = [key.tek for key in batch.keys()].index(device.key(3).tek)  # noqa: SIM118
    assert batch.reports[nth] == ReportType.CONFIRMED_TEST
    # Three days ago here may be another day there: UTC and Viet Nam differ by seven hours.
    assert abs(int(batch.onsets[nth])) <= 1


def test_one_file_an_hour_and_none_without_keys(issue: Issue, clock: Clock, client: Client) -> None:
    chores.export()
    assert files(client) == []
    device = Device()
    device.publish(issue().text, [device.key(2)])
    chores.export()
    chores.export()
    assert len(files(client)) == 1
    clock.on(1)
    chores.export()
    assert len(files(client)) == 1


def test_a_file_never_changes_and_says_so(issue: Issue, client: Client) -> None:
    device = Device()
    device.publish(issue().text, [device.key(2)])
    chores.export()
    path = client.get(f"{ROOT}keys/index.txt").content.decode().split()[0]
    answer = client.get(path)
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    changed = bytearray(answer.content)
    changed[len(changed) // 2] ^= 1
    with pytest.raises(KeyFileError):
        read(bytes(changed), [verifier(client)])
    for name in ("0-0-1.zip", "%00.zip", "..%2fkey", "x" * 3000):
        assert client.get(f"{ROOT}keys/{name}").status_code == 404


def test_a_key_taken_back_is_called_back(issue: Issue, clock: Clock, client: Client) -> None:
    device = Device()
    receipt = device.publish(issue().text, [device.key(2)]).json()
    chores.export()
    device.send("revoke", {"upload": receipt["upload"], "secret": receipt["secret"]}, size=0)
    clock.on(1)
    chores.export()
    revised = read(files(client)[1], [verifier(client)]).revised
    assert [key.tek for key in revised.keys()] == [device.key(2).tek]  # noqa: SIM118
    assert revised.reports[0] == ReportType.REVOKED
    clock.on(1)
    chores.export()
    assert len(files(client)) == 2, "called back once"


def test_the_log_names_every_file_and_its_erasure(issue: Issue, clock: Clock, client: Client) -> None:
    device = Device()
    device.publish(issue().text, [device.key(2)])
    chores.export()
    content = files(client)[0]
    clock.on(15 * 24)
    chores.expire()
    assert files(client) == [] and not PublishedKey.objects.exists()
    page = client.get(f"{ROOT}log").json()
    kinds = [entry["kind"] for entry in page["entries"]]
    assert kinds == ["settings", "file", "erased"]
    assert page["entries"][1]["digest"] == page["entries"][2]["digest"] == hashlib.sha256(content).hexdigest()
    settings = client.get(f"{ROOT}settings").content
    assert page["entries"][0]["digest"] == hashlib.sha256(settings).hexdigest()
    head = jws.verify(page["head"], keyring.signing_key(codes.SIGNING_KEY).public_key())
    assert (head["number"], head["hash"]) == (3, page["entries"][2]["hash"])
    assert [e["number"] for e in client.get(f"{ROOT}log?after=2").json()["entries"]] == [3]
    assert client.get(f"{ROOT}log?after=x").status_code == 422
    assert log.broken_at() is None


def test_the_log_only_grows_and_a_changed_link_shows() -> None:
    exporting.note_settings()
    assert exporting.note_settings() is None
    entry = log.append(LogEntry.Kind.FILE, "a.zip", bytes(32))
    for change in (lambda: LogEntry.objects.update(subject="b.zip"), lambda: LogEntry.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    entries = list(LogEntry.objects.order_by("number"))
    entries[1].subject = "b.zip"
    assert chain.broken_at(log.links(entries)) == entry.number


def test_many_keys_split_into_one_batch(issue: Issue, client: Client) -> None:
    device = Device()
    shared = [DayKey(bytes([nth]) * 16, today() - 144 * 5 + 48 * nth, 48) for nth in range(9)]
    device.publish(issue().text, shared)
    made = exporting.export(rules=exporting.ExportRules("VN", minimum=0, maximum=4))
    assert len(made) == 3 and KeyFile.objects.count() == 3
    found = [read(content, [verifier(client)]) for content in files(client)]
    assert {key.tek for each in found for key in each.keys.keys()} == {key.tek for key in shared}  # noqa: SIM118
    assert [(each.batch, each.batches) for each in found] == [(1, 3), (2, 3), (3, 3)]
