"""A virtual device: its day keys, what it heard, and how it sends."""

import json
import secrets
import string
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from lachan.systems.proximity import keys
from lachan.systems.proximity.api import REQUEST_BYTES
from lachan.systems.proximity.fitting import tag
from lachan_proximity.identifiers.gaen import DayKey, identifier, identifier_key

ROOT = "/api/v1/proximity/"


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def today() -> int:
    """The interval at which the UTC day began."""
    return int(timezone.now().timestamp()) // 600 // 144 * 144


def filled(body: dict[str, Any], size: int = REQUEST_BYTES) -> bytes:
    """The body as JSON of exactly `size` bytes."""
    bare = len(json.dumps(body | {"padding": ""}).encode())
    return json.dumps(
        body | {"padding": "".join(secrets.choice(string.hexdigits) for _ in range(size - bare))}
    ).encode()


@dataclass
class Device:
    client: Client = field(default_factory=Client)
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    keys: dict[int, DayKey] = field(default_factory=dict)

    def key(self, ago: int) -> DayKey:
        """The key of the UTC day so many days ago."""
        return self.keys.setdefault(ago, DayKey(secrets.token_bytes(16), today() - 144 * ago))

    def send(self, path: str, body: dict[str, Any], *, size: int = REQUEST_BYTES, **headers: str) -> Any:
        content = filled(body, size) if size else json.dumps(body).encode()
        return self.client.post(ROOT + path, content, content_type="application/json", headers=headers)

    def verify(self, code: str, **headers: str) -> Any:
        return self.send("verify", {"code": code}, **headers)

    def certify(self, token: str, shared: list[DayKey], **headers: str) -> Any:
        return self.send("certificate", {"token": token, "mac": b64(keys.mac(self.secret, shared))}, **headers)

    def body(self, certificate: str, shared: list[DayKey], *, officer: bool = True, **more: Any) -> dict[str, Any]:
        listed = [{"key": b64(key.tek), "start": key.start, "period": key.period} for key in shared]
        base = {"certificate": certificate, "mac_key": b64(self.secret), "keys": listed, "region": "VN"}
        return base | {"officer": officer} | more

    def certificate(self, code: str, shared: list[DayKey]) -> str:
        token = self.verify(code).json()["token"]
        return str(self.certify(token, shared).json()["certificate"])

    def publish(self, code: str, shared: list[DayKey], *, officer: bool = True) -> Any:
        """Code to receipt in three steps."""
        return self.send("publish", self.body(self.certificate(code, shared), shared, officer=officer))

    def note(self, other: "Device", ago: int, nth: int, minutes: int = 10, attenuation: int = 0) -> dict[str, Any]:
        """What this device noted of another in the nth interval of that day."""
        key = other.key(ago)
        heard = identifier(key, key.start + nth)
        return {"tag": b64(tag(heard))} | self.own(ago, nth, minutes, attenuation)

    def own(self, ago: int, nth: int, minutes: int = 10, attenuation: int = 0) -> dict[str, Any]:
        """The same interval as an answer tells it."""
        note = {"interval": self.key(ago).start + nth, "certain": max(0, minutes - 2), "minutes": minutes}
        return note | {"attenuation": attenuation}

    def statement(self, other: "Device", ago: int, notes: list[dict[str, Any]]) -> dict[str, Any]:
        own = identifier_key(self.key(ago).tek)
        return {"key": b64(other.key(ago).tek), "identifier_key": b64(own), "intervals": notes}
