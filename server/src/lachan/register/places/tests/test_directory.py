"""The signed directory: small, whole, refused when touched, the same on the phone. No code leaves by another way."""

import base64
import json
import logging
import os
import secrets
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lachan.ground.audit.models import AuditEvent
from lachan.ground.platform import keyring
from lachan.register.places import actions, codes, directories, directory, importing, queries
from lachan.testing.cast import sign_in

KEY = ec.generate_private_key(ec.SECP256R1())
ISSUED = 1_800_000_000


def made(held: list[str], commune: str = "20242") -> bytes:
    digests = [directory.digest(code, commune) for code in held]
    return directory.encode(
        digests, commune=commune, edition=ISSUED - 5, issued=ISSUED, valid_until=ISSUED + 86_400, key=KEY
    )


def test_what_is_written_is_read() -> None:
    held = [codes.new() for _ in range(300)]
    content = made(held)
    assert len(content) == 36 + 300 * 8 + 64
    read = directory.decode(content, KEY.public_key())
    assert (read.commune, read.edition, read.issued) == ("20242", ISSUED - 5, ISSUED)
    assert all(read.holds(code) for code in held[:20])
    assert not any(read.holds(codes.new()) for _ in range(20))


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.integers(0, 36 + 16 + 63), st.integers(1, 255))
def test_a_changed_byte_is_refused(at: int, change: int) -> None:
    content = bytearray(SMALL)
    content[at] ^= change
    with pytest.raises(directory.DirectoryError):
        directory.decode(bytes(content), KEY.public_key())


SMALL = made([codes.new(), codes.new()])


def test_another_key_and_another_length_are_refused() -> None:
    with pytest.raises(directory.DirectoryError):
        directory.decode(SMALL, ec.generate_private_key(ec.SECP256R1()).public_key())
    for wrong in (SMALL[:-1], SMALL + b"\0", SMALL[:30], b""):
        with pytest.raises(directory.DirectoryError):
            directory.decode(wrong, KEY.public_key())


def test_the_phone_reads_the_same(tmp_path: Path) -> None:
    from lachan.faces.app.tests.test_javascript import node

    held, strange = [codes.new() for _ in range(40)], [codes.new() for _ in range(10)]
    numbers = KEY.public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(part.to_bytes(32)).decode().rstrip("=") for part in (numbers.x, numbers.y))
    case = {
        "key": {"kty": "EC", "crv": "P-256", "x": x, "y": y},
        "file": base64.b64encode(made(held)).decode(),
        "commune": "20242",
        "rounds": directory.ROUNDS,
        "held": held,
        "strange": strange,
        "digests": {code: directory.digest(code, "20242").hex() for code in strange},
    }
    path = tmp_path / "directory.json"
    path.write_text(json.dumps(case))
    test = settings.WEB / "tests" / "app" / "directory.test.js"
    ran = subprocess.run(
        [node(), "--test", "--test-reporter=tap", str(test)],
        env=os.environ | {"LACHAN_DIRECTORY_CASES": str(path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    # And the vectors that are kept, which other clients may read too.
    kept = json.loads((settings.WEB / "tests" / "app" / "directory.json").read_text())
    assert all(
        directory.digest(code, kept["commune"], kept["rounds"]).hex() == one for code, one in kept["digests"].items()
    )


@pytest.mark.django_db
def test_a_commune_s_directory_holds_the_codes_in_force(client: Client, market: Any, area_tree: Any) -> None:
    (part,) = actions.add_parts(place=market, kind="gate", names=["Cổng Tây"])
    old = market.codes.get(part=None)
    new = actions.replace_codes(place=market, because="copied")
    answer = client.get("/api/v1/places/directory/20242")
    assert answer["Content-Type"] == "application/octet-stream"
    read = directory.decode(answer.content, keyring.signing_key(directories.KEY).public_key())
    held = queries.code_in_force(market, part)
    assert held is not None and read.holds(held.code)
    assert read.holds(new.code) and not read.holds(old.code)
    assert client.get("/api/v1/places/directory/20242", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    actions.close_place(place=market)
    again = client.get("/api/v1/places/directory/20242", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 200
    read_again = directory.decode(again.content, keyring.signing_key(directories.KEY).public_key())
    assert not read_again.digests
    assert read_again.edition >= read.edition
    assert client.get("/api/v1/places/directory/99999").json()["error"]["code"] == "commune_unknown"


@pytest.mark.django_db
def test_a_directory_is_the_same_all_day_and_new_the_next(market: Any, area_tree: Any) -> None:
    now = timezone.now().replace(hour=1)
    tags = [directories.of(area_tree.haichau, now + timedelta(hours=hours))[1] for hours in (0, 20, 30)]
    assert tags[0] == tags[1] != tags[2]


@pytest.mark.django_db
def test_a_code_moves_with_its_commune(market: Any, area_tree: Any) -> None:
    directories.of(area_tree.haichau)
    market.area = area_tree.hoaxuan
    market.save()
    content, _tag = directories.of(area_tree.hoaxuan)
    read = directory.decode(content, keyring.signing_key(directories.KEY).public_key())
    assert read.holds(market.codes.get().code)


@pytest.mark.django_db
def test_a_code_is_in_no_map_export_log_or_directory(
    client: Client, market: Any, owner: Any, province_officer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads everything that leaves the system, but stands at no place, learns no code."""
    caplog.set_level(logging.DEBUG)
    actions.add_parts(place=market, kind="table", names=["Bàn 1"])
    actions.screen_code(place=market)
    market.latitude, market.longitude = 16.06, 108.22
    market.save()
    secret = [code.code for code in market.codes.all()]
    seen = []
    public = [
        "/map/",
        "/api/v1/open/places",
        "/api/v1/open/places.csv",
        "/api/v1/places/directory/20242",
        "/api/openapi.json",
    ]
    for address in public:
        answer = client.get(address)
        assert answer.status_code == 200, address
        seen.append((address, answer.content))
    sign_in(client, owner)
    for address in (
        f"/places/{market.key}/",
        f"/places/{market.key}/numbers.csv",
        f"/places/{market.key}/numbers.xlsx",
    ):
        seen.append((address, client.get(address).content))
    sign_in(client, province_officer)
    for address in ("/desk/", "/desk/places/", "/desk/places/statistics/", "/desk/places/statistics.csv"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        seen.append((address, answer.content))
    judged = importing.judge(importing.template(), None)
    importing.store(judged.good)
    seen.append(("rejects", importing.rejects_file(judged)))
    seen.append(("audit", json.dumps(list(AuditEvent.objects.values()), default=str).encode()))
    seen.append(("log", caplog.text.encode()))
    for what, content in seen:
        for code in secret:
            assert code.encode() not in content, what
            assert codes.grouped(code).encode() not in content, what


def test_a_digest_says_nothing_of_another_commune() -> None:
    code = codes.new()
    assert directory.digest(code, "20242") != directory.digest(code, "20314")
    assert len(secrets.token_bytes(8)) == len(directory.digest(code, "20242")) == directory.DIGEST_BYTES
