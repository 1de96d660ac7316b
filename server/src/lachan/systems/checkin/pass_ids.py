"""The pseudonym on a pass: who holds it, readable by this server alone, and another one with each certificate."""

import secrets
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.db import transaction

from lachan.ground import audit
from lachan.ground.platform import keyring
from lachan.register.access.models import Device
from lachan.register.people.models import Person
from lachan.systems.checkin import passes

LIFETIME = timedelta(days=30)
_ID_BYTES, _RANDOM_BYTES = 6, 4


def _cipher() -> Cipher[modes.ECB]:
    # One block, random in part: a plain permutation. What it says is trusted through the certificate's signature.
    return Cipher(algorithms.AES(keyring.secret("pass-id")), modes.ECB())  # noqa: S305  one block, never the same twice


def pseudonym(person_id: int, device_id: int) -> bytes:
    """16 bytes that nobody without the key can tell from random, nor from another pseudonym of the same person."""
    block = person_id.to_bytes(_ID_BYTES, "big") + device_id.to_bytes(_ID_BYTES, "big")
    encryptor = _cipher().encryptor()
    return encryptor.update(block + secrets.token_bytes(_RANDOM_BYTES)) + encryptor.finalize()


def resolve(given: bytes) -> tuple[int, int]:
    """The ids of the person and of the device. Only for a pseudonym whose certificate is genuine."""
    decryptor = _cipher().decryptor()
    block = decryptor.update(given) + decryptor.finalize()
    return int.from_bytes(block[:_ID_BYTES], "big"), int.from_bytes(block[_ID_BYTES : 2 * _ID_BYTES], "big")


def signing_key() -> ec.EllipticCurvePrivateKey:
    return keyring.signing_key("pass")


@transaction.atomic
def issue_pass(*, device: Device, person: Person, phone_key: bytes) -> tuple[bytes, datetime]:
    """A certificate for the phone's key, and its last moment. Raises passes.WrongKeyError."""
    expires = min(datetime.now(UTC) + LIFETIME, device.expires_at).replace(microsecond=0)
    certificate = passes.certify(signing_key(), pseudonym(person.pk, device.pk), phone_key, expires)
    audit.record(action="checkin.pass.issue", subject=person.pk, obj=device)
    return certificate, expires
