"""A server in memory that serves key files as the real one does."""

import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lachan_proximity import jws
from lachan_proximity.agent.line import Answer, OfflineError
from lachan_proximity.identifiers.gaen import DayKey
from lachan_proximity.keyfile import Export, KeyBatch, Signer, chain, write

NOW = 1_790_000_000


def shipped() -> bytes:
    return (resources.files("lachan_proximity.risk") / "profiles" / "respiratory-1.yaml").read_bytes()


class Authority:
    """A server in memory: key files, index with its ETag, log with its head."""

    def __init__(self) -> None:
        self.signer = Signer(ec.generate_private_key(ec.SECP256R1()), "lachan", "v1")
        self.files: dict[str, bytes] = {}
        self.log: list[chain.Link] = []
        self.settings = shipped()
        self.asked: list[str] = []
        self.away_at: str = ""
        self.enter("settings", "risk-profile.yaml", self.settings)

    def enter(self, kind: str, subject: str, content: bytes, at: int = NOW - 10_000) -> None:
        before, number = (self.log[-1].hash, self.log[-1].number + 1) if self.log else (chain.START, 1)
        said: dict[str, Any] = {"number": number, "at": at, "kind": kind, "subject": subject}
        said["digest"] = hashlib.sha256(content).digest()
        self.log.append(chain.Link(**said, hash=chain.link(before, **said)))

    def publish(self, nth: int, *, logged: bool = True, signer: Signer | None = None, region: str = "VN") -> str:
        start = NOW + 3600 * nth
        batch = KeyBatch.of([DayKey(bytes([nth]) * 16, 20_000 * 144)], onsets=[0])
        content = write(Export(start, start + 3600, region, batch), [signer or self.signer])
        name = f"{start:010d}-{start + 3600:010d}-00001.zip"
        self.files[name] = content
        if logged:
            self.enter("file", name, content)
        return name

    def pem(self) -> bytes:
        return self.signer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def send(self, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        assert body is None, "nothing is sent along"
        name = path.removeprefix("/api/v1/proximity/")
        self.asked.append(name)
        if name == self.away_at:
            raise OfflineError("away")
        return self._answer(name, headers)

    def _answer(self, name: str, headers: Mapping[str, str]) -> Answer:
        if name == "key":
            told = {"key_id": "lachan", "version": "v1", "region": "VN", "jwk": {}, "pem": self.pem().decode()}
            return Answer(200, json.dumps(told).encode())
        if name.startswith("log?after="):
            after = int(name.partition("=")[2])
            rows = [
                {"number": e.number, "at": e.at, "kind": e.kind, "subject": e.subject}
                | {"digest": e.digest.hex(), "hash": e.hash.hex()}
                for e in self.log[after : after + 2]
            ]
            head = {"aud": "lachan-log", "number": len(self.log), "hash": self.log[-1].hash.hex()}
            return Answer(200, json.dumps({"entries": rows, "head": jws.sign(head, self.signer.key)}).encode())
        if name == "settings":
            return Answer(200, self.settings)
        if name == "keys/index.txt":
            text = "".join(f"/api/v1/proximity/keys/{each}\n" for each in sorted(self.files)).encode()
            etag = hashlib.sha256(text).hexdigest()
            return Answer(304, b"") if headers.get("If-None-Match") == etag else Answer(200, text, {"etag": etag})
        content = self.files.get(name.removeprefix("keys/"))
        return Answer(404, b"") if content is None else Answer(200, content)
