"""The rotating pass: made by the phone's own code, judged by the gate's and the server's, which agree."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.access import tokens
from lachan.systems.checkin import gate_api, pass_ids, passes
from lachan.testing.cast import sign_in

WEB = Path(__file__).parents[6] / "web" / "static"
NODE = shutil.which("node")
NOW = datetime(2026, 8, 13, 7, 42, 10, tzinfo=UTC)
MAKE = """
const { makePass, newKeys, base64url, bytes } = await import(process.argv[1] + "/app/pass-maker.js");
const { createInterface } = await import("node:readline");
const keys = await newKeys();
const raw = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
process.stdout.write(base64url(raw) + "\\n");
for await (const line of createInterface({ input: process.stdin })) {
  const { certificate, now } = JSON.parse(line);
  process.stdout.write(await makePass(bytes(certificate), keys.privateKey, now) + "\\n");
}
"""
JUDGE = """
const { readPass } = await import(process.argv[1] + "/gate/passes.js");
const { bytes } = await import(process.argv[1] + "/app/pass-maker.js");
const cases = JSON.parse(process.argv[2]);
const verdicts = [];
for (const { text, key, now } of cases) {
  const { state, pseudonym } = await readPass(text, bytes(key), now);
  verdicts.push([state, pseudonym]);
}
process.stdout.write(JSON.stringify(verdicts));
"""


def gate(cases: list[tuple[str, ec.EllipticCurvePrivateKey, datetime]]) -> list[list[str]]:
    assert NODE
    given = [{"text": t, "key": gate_api.point(key), "now": at.timestamp() * 1000} for t, key, at in cases]
    command = [NODE, "--input-type=module", "-e", JUDGE, WEB.as_uri(), json.dumps(given)]
    verdicts: list[list[str]] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return verdicts


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_a_pass_lives_for_a_minute_and_only_from_its_own_phone() -> None:
    server, stranger = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    pseudonym, expires = bytes(range(16)), NOW + timedelta(days=1)
    with subprocess.Popen(
        [str(NODE), "--input-type=module", "-e", MAKE, WEB.as_uri()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as phone:
        assert phone.stdin
        assert phone.stdout
        phone_key = gate_api.decode(phone.stdout.readline().strip())

        def make(certificate: bytes, at: datetime) -> str:
            asked = {"certificate": gate_api.encode(certificate), "now": at.timestamp() * 1000}
            assert phone.stdin
            assert phone.stdout
            phone.stdin.write(json.dumps(asked) + "\n")
            phone.stdin.flush()
            return phone.stdout.readline().rstrip("\n")

        certificate = passes.certify(server, pseudonym, phone_key, expires)
        good = make(certificate, NOW)
        borrowed = passes.certify(server, pseudonym, stranger_point(stranger), expires)
        old = passes.certify(server, pseudonym, phone_key, NOW - timedelta(seconds=1))
        # 07:42:10 is ten seconds into its half minute.
        cases: list[tuple[str, Any, datetime, str]] = [
            (good, server, NOW, "valid"),
            (good, server, NOW + timedelta(seconds=50), "valid"),
            (good, server, NOW + timedelta(seconds=51), "expired"),
            (good, server, NOW + timedelta(seconds=60), "expired"),
            (good, server, NOW - timedelta(seconds=40), "valid"),
            (good, server, NOW - timedelta(seconds=41), "expired"),
            (good, stranger, NOW, "forged"),
            (make(borrowed, NOW), server, NOW, "forged"),
            (make(old, NOW), server, NOW, "expired"),
            (good[:-1] + ("0" if good[-1] != "0" else "1"), server, NOW, "forged"),
            (good[:40] + ("0" if good[40] != "0" else "1") + good[41:], server, NOW, "forged"),
            (good[:-3], server, NOW, "forged"),
            ("LCP1:", server, NOW, "forged"),
            ("LCP1:é", server, NOW, "forged"),
        ]
        phone.terminate()
    assert len(good) < 300
    judged = gate([(text, key, at) for text, key, at, _state in cases])
    for (text, key, at, state), (gate_state, gate_pseudonym) in zip(cases, judged, strict=True):
        verdict = passes.read(text, key.public_key(), at)
        assert (verdict.state, verdict.pseudonym.hex()) == (gate_state, gate_pseudonym)
        assert verdict.state == state


def stranger_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def test_a_pseudonym_leads_the_server_to_the_person_and_repeats_for_nobody() -> None:
    first, second = pass_ids.pseudonym(7, 2**40), pass_ids.pseudonym(7, 2**40)
    assert first != second
    assert pass_ids.resolve(first) == pass_ids.resolve(second) == (7, 2**40)


@pytest.mark.django_db
def test_a_phone_asks_for_its_certificate(client: Client, hanh: Any) -> None:
    sign_in(client, hanh)
    key = gate_api.encode(stranger_point(ec.generate_private_key(ec.SECP256R1())))
    answer = client.post("/api/v1/me/pass", {"key": key}, content_type="application/json")
    assert answer.status_code == 200
    certificate = gate_api.decode(answer.json()["certificate"])
    assert len(certificate) == passes.CERTIFICATE_BYTES
    person, device = pass_ids.resolve(certificate[:16])
    assert person == hanh.person.pk
    assert tokens.Device.objects.get(pk=device).account == hanh
    assert AuditEvent.objects.filter(action="checkin.pass.issue").count() == 1
    point = gate_api.decode(client.get("/api/v1/gate/keys").json()["pass_key"])
    assert point == gate_api.decode(gate_api.point(pass_ids.signing_key()))


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "!!", "AAAA", "x" * 121, gate_api.encode(b"\x04" + b"\x01" * 64)])
def test_what_is_no_key_is_refused_with_words(client: Client, hanh: Any, key: str) -> None:
    sign_in(client, hanh)
    answer = client.post("/api/v1/me/pass", {"key": key}, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "key"


@pytest.mark.django_db
def test_no_pass_without_signing_in(client: Client) -> None:
    assert client.post("/api/v1/me/pass", {"key": "AAAA"}, content_type="application/json").status_code == 401


@pytest.mark.django_db
def test_the_certificate_does_not_outlive_the_sign_in(hanh: Any) -> None:
    with audit.acting(audit.system("tests")):
        device, _token = tokens.issue_device(account=hanh)
        device.expires_at = datetime.now(UTC) + timedelta(days=2)
        key = stranger_point(ec.generate_private_key(ec.SECP256R1()))
        _certificate, expires = pass_ids.issue_pass(device=device, person=hanh.person, phone_key=key)
    assert expires <= device.expires_at
