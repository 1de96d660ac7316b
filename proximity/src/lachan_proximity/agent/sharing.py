"""What the owner sends, and only when told to: keys with an officer's code, encounters with consent, an answer to a
warning, dummies. The protocol's sections 9 to 11.
"""

import hmac
import json
import secrets
from base64 import b64encode
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import ceil
from typing import Any

from lachan_proximity.agent.line import Send
from lachan_proximity.calibration import UNKNOWN, Calibration
from lachan_proximity.encounters import Heard, scans_of
from lachan_proximity.exposures import heard_of
from lachan_proximity.identifiers import Scheme
from lachan_proximity.identifiers.gaen import INTERVAL_SECONDS, DayKey, identifier_key, interval_of
from lachan_proximity.keyfile import Export, KeyBatch, ReportType
from lachan_proximity.sightings import Sighting, Sightings

ROOT = "/api/v1/proximity/"
REQUEST_BYTES = 4096
HEARD_AT_ONCE = 500
# Classes of attenuation: below so many dB.
CLASS_DB = (55, 63, 73)
LONGEST_GAP = 300
DEFAULT_GAP = 120
_REVOKED = int(ReportType.REVOKED)


class RefusedError(RuntimeError):
    """The server's own sentence why not."""


@dataclass(frozen=True)
class Server:
    """Speaks the protocol. `padded` requests all have one size."""

    send: Send

    def post(
        self, path: str, body: Mapping[str, Any], *, padded: bool = True, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The answer. Raises RefusedError."""
        content = json.dumps(dict(body) | {"padding": ""} if padded else dict(body)).encode()
        if padded:
            missing = REQUEST_BYTES - len(content)
            if missing < 0:
                raise RefusedError("too many keys for one upload")
            content = json.dumps(dict(body) | {"padding": secrets.token_hex(missing // 2 + 1)[:missing]}).encode()
        answer = self.send(ROOT + path, content, {"Content-Type": "application/json", **(headers or {})})
        try:
            document = dict(json.loads(answer.body))
        except (TypeError, ValueError) as wrong:
            raise RefusedError(f"the server answered {answer.status} without a reason") from wrong
        if answer.status != 200:
            error = document.get("error")
            raise RefusedError(str(error.get("message", answer.status) if isinstance(error, dict) else answer.status))
        return document


def day_at(interval: int) -> date:
    """The UTC day of an interval."""
    return datetime.fromtimestamp(interval * INTERVAL_SECONDS, UTC).date()


def day_of(key: DayKey) -> date:
    """The UTC day of a key."""
    return day_at(key.start)


def chosen(store: Sightings, days: Collection[date] | None) -> list[DayKey]:
    """The owner's keys of those days; of every day that is kept without."""
    return [key for key in store.own_keys() if days is None or day_of(key) in days]


def mac(secret: bytes, keys: Iterable[DayKey]) -> bytes:
    """HMAC-SHA256 over "base64(key).start.period", sorted, joined by commas."""
    parts = sorted(f"{_b64(key.tek)}.{key.start}.{key.period}" for key in keys)
    return hmac.digest(secret, ",".join(parts).encode(), "sha256")


def share(server: Server, code: str, keys: Sequence[DayKey], *, officer: bool) -> dict[str, Any]:
    """Code → token → certificate → published; the receipt. Raises RefusedError, ValueError without keys."""
    if not keys:
        raise ValueError("there is no key of those days")
    token = server.post("verify", {"code": code, "nonce": _nonce()})["token"]
    return _publish(server, str(token), keys, officer=officer)


def dummy(server: Server) -> None:
    """The same three requests, of no consequence: whoever listens to the line can't tell who shared. Once a day."""
    chaff = {"X-Chaff": "1"}
    # As real codes are: 8 digits, or 16 letters.
    code = f"{secrets.randbelow(10**8):08}" if secrets.randbelow(2) else secrets.token_hex(8).upper()
    token = server.post("verify", {"code": code, "nonce": _nonce()}, headers=chaff)["token"]
    today = interval_of(datetime.now(UTC).timestamp()) // 144 * 144
    keys = [DayKey(secrets.token_bytes(16), today - 144 * nth) for nth in range(1, 15)]
    _publish(server, str(token), keys, officer=False, headers=chaff)


def _publish(
    server: Server, token: str, keys: Sequence[DayKey], *, officer: bool, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    secret = secrets.token_bytes(32)
    asked = {"token": token, "mac": _b64(mac(secret, keys))}
    body = {
        "certificate": server.post("certificate", asked, headers=headers)["certificate"],
        "mac_key": _b64(secret),
        "keys": [{"key": _b64(key.tek), "start": key.start, "period": key.period} for key in keys],
        "region": "VN",
        "officer": officer,
    }
    receipt = server.post("publish", body, headers=headers)
    return {name: receipt[name] for name in ("upload", "signed", "secret")}


def share_heard(
    server: Server,
    receipt: Mapping[str, Any],
    store: Sightings,
    keys: Iterable[DayKey],
    receiver: Calibration = UNKNOWN,
) -> int:
    """Hand the officer what was heard on the days of those keys, behind tags; how many identifiers."""
    notes = [note for key in keys for note in heard_notes(store, key, receiver)]
    holder = {"upload": receipt["upload"], "secret": receipt["secret"]}
    for at in range(0, len(notes), HEARD_AT_ONCE):
        server.post("heard", holder | {"heard": notes[at : at + HEARD_AT_ONCE]}, padded=False)
    return len(notes)


def revoke(server: Server, receipt: Mapping[str, Any]) -> None:
    """Take back what the receipt stands for."""
    server.post("revoke", {"upload": receipt["upload"], "secret": receipt["secret"]}, padded=False)


def heard_notes(store: Sightings, key: DayKey, receiver: Calibration = UNKNOWN) -> list[dict[str, Any]]:
    """One note for each identifier heard in the key's time. The other's power is sealed, so this model's stands in."""
    by_identifier: dict[bytes, list[Sighting]] = defaultdict(list)
    for sighting in store.all(key.start * INTERVAL_SECONDS, key.end * INTERVAL_SECONDS):
        if sighting.scheme == Scheme.GAEN:
            by_identifier[sighting.identifier].append(sighting)
    listed = []
    for identifier, sightings in by_identifier.items():
        scans = [
            Heard(
                each.at,
                min(each.gap or DEFAULT_GAP, LONGEST_GAP),
                tuple(receiver.tx_power - round(reading + receiver.rssi_offset) for reading in each.rssi),
            )
            for each in sorted(sightings, key=lambda each: each.at)
        ]
        tag = hmac.digest(identifier, b"lachan encounter", "sha256")[:16]
        listed.append({"tag": _b64(tag), **_note(interval_of(scans[0].at), scans)})
    return listed


def statement(
    store: Sightings, published: DayKey, own: DayKey, receiver: Calibration = UNKNOWN
) -> dict[str, Any] | None:
    """The answer to a warning about a published key, as far as the day of the owner's own key; None if not heard."""
    found = store.find_keys([published]).get(published, [])
    by_interval: dict[int, list[Heard]] = defaultdict(list)
    for scan in scans_of(published, found, receiver):
        interval = interval_of(scan.at)
        if own.start <= interval < own.end:
            by_interval[interval].append(scan)
    if not by_interval:
        return None
    notes = [_note(interval, scans) for interval, scans in sorted(by_interval.items())]
    return {"key": _b64(published.tek), "identifier_key": _b64(identifier_key(own.tek)), "intervals": notes}


def statements(store: Sightings, exports: Iterable[Export], receiver: Calibration = UNKNOWN) -> list[dict[str, Any]]:
    """The answers that could be sent: one for each published key that was heard and is not called back, and each own
    key of that time."""
    listed = list(exports)
    revised = KeyBatch.joined(export.revised for export in listed)
    gone = {key.tek for key, kind in zip(revised.keys(), revised.reports.tolist(), strict=True) if kind == _REVOKED}
    keys = [key for export in listed for key in export.keys.keys() if key.tek not in gone]  # noqa: SIM118  no dict
    own_keys = store.own_keys()
    batch = KeyBatch.joined(export.keys for export in listed)
    heard = {batch.teks[row].tobytes() for row in heard_of(store, batch)}
    return [
        made
        for key in keys
        if key.tek in heard
        for own in own_keys
        if key.start < own.end and own.start < key.end
        if (made := statement(store, key, own, receiver)) is not None
    ]


def _note(interval: int, scans: Sequence[Heard]) -> dict[str, Any]:
    certain = scans[-1].at - scans[0].at
    possible = certain + scans[0].gap + max(scan.gap for scan in scans)
    values = [value for scan in scans for value in scan.attenuations]
    mean = sum(values) / len(values)
    minutes = min(10, ceil(possible / 60))
    return {
        "interval": interval,
        "certain": min(int(certain // 60), minutes),
        "minutes": minutes,
        "attenuation": sum(mean >= bound for bound in CLASS_DB),
    }


def _nonce() -> str:
    """Sent again with a request whose answer was lost."""
    return _b64(secrets.token_bytes(16))


def _b64(data: bytes) -> str:
    return b64encode(data).decode()
