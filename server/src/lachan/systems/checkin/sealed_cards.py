"""What a gate reads from a card comes sealed to this server's public key (ECIES), so that a lost gate tells nothing.

    sealed = version[1] ephemeral-point[65] nonce[12] ciphertext+tag
    key    = HKDF-SHA-256(ECDH, salt = ephemeral point, info = "lachan gate card 1" point of the server)

AES-256-GCM; the associated data is the idempotency key (16 bytes) of the check-in, so no sealed card moves to another
visit. The gate's half is web/static/gate/sealing.js. Nothing here is ever logged: errors carry no content.
"""

import re
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lachan.ground.platform import keyring
from lachan.register.people import queries as people

VERSION = 1
POINT_BYTES, NONCE_BYTES, TAG_BYTES = 65, 12, 16
# A name of 120 characters in four bytes each, and the rest of the card.
MAX_SEALED_BYTES = 1200
_BORN = r"^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$|^$"
_NUMBERS = {
    "cccd": re.compile(r"[0-9]{12}"),
    "bhyt": re.compile(r"[A-Z]{2}[0-9]{13}|[0-9]{10}"),
    "passport": re.compile(r"[A-Z][0-9]{7,8}"),
}


class SealedCard(msgspec.Struct, forbid_unknown_fields=True):
    """What was on the card, as cards.Card says it."""

    number_kind: Literal["cccd", "bhyt", "passport"]
    number: Annotated[str, msgspec.Meta(max_length=20)]
    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    born: Annotated[str, msgspec.Meta(pattern=_BORN)] = ""
    sex: Literal["", "male", "female"] = ""

    def __repr__(self) -> str:
        # A traceback or a log line shows the kind and nothing of the person.
        return f"SealedCard({self.number_kind})"


class Spoken(msgspec.Struct, forbid_unknown_fields=True):
    """What the visitor told the gatekeeper: a number, or a name with more or less beside it."""

    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    birth_year: Annotated[int, msgspec.Meta(ge=1900, le=2199)] | None = None
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""

    def __repr__(self) -> str:
        return "Spoken()"


class UnsealError(ValueError):
    """The bytes were not sealed to this server for this visit, or what is inside is no card. Holds no content."""


_decoder = msgspec.json.Decoder(SealedCard)
_spoken_decoder = msgspec.json.Decoder(Spoken)


def key() -> ec.EllipticCurvePrivateKey:
    """The key that opens cards; its public half is what gates keep."""
    return keyring.signing_key("gate-seal")


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _open(sealed: bytes, visit_key: UUID, private: ec.EllipticCurvePrivateKey | None) -> bytes:
    own = private or key()
    least = 1 + POINT_BYTES + NONCE_BYTES + TAG_BYTES
    if not least < len(sealed) <= MAX_SEALED_BYTES or sealed[0] != VERSION:
        raise UnsealError("size or version")
    point, nonce = sealed[1 : 1 + POINT_BYTES], sealed[1 + POINT_BYTES : 1 + POINT_BYTES + NONCE_BYTES]
    try:
        shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
        info = b"lachan gate card 1" + _point(own.public_key())
        opened = HKDF(algorithm=SHA256(), length=32, salt=point, info=info).derive(shared)
        return AESGCM(opened).decrypt(nonce, sealed[1 + POINT_BYTES + NONCE_BYTES :], visit_key.bytes)
    except (InvalidTag, ValueError):
        raise UnsealError("not sealed to this server for this visit") from None


def _card(plain: bytes) -> SealedCard:
    try:
        card = _decoder.decode(plain)
    except ValueError:
        # From None: what a decoder complains of may quote the content.
        raise UnsealError("not a card") from None
    if not _NUMBERS[card.number_kind].fullmatch(card.number):
        raise UnsealError("number")
    return card


def unseal(sealed: bytes, visit_key: UUID, private: ec.EllipticCurvePrivateKey | None = None) -> SealedCard:
    """The card sealed for the check-in of that idempotency key. Raises UnsealError."""
    return _card(_open(sealed, visit_key, private))


def unseal_any(
    sealed: bytes, visit_key: UUID, private: ec.EllipticCurvePrivateKey | None = None
) -> SealedCard | Spoken:
    """The card, or what was spoken, sealed for the check-in of that idempotency key. Raises UnsealError."""
    plain = _open(sealed, visit_key, private)
    try:
        spoken = _spoken_decoder.decode(plain)
    except ValueError:
        return _card(plain)
    if not (spoken.name.strip() or spoken.phone.strip()):
        raise UnsealError("empty")
    return spoken


def number_hash(card: SealedCard) -> bytes:
    """The keyed hash under which the register finds the card's holder. It is made here only, never on a gate."""
    return people.identifier_hash(card.number_kind, card.number)
