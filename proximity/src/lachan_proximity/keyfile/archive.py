"""The zip of an export: export.bin with its 16-byte header, export.sig with its signatures (ECDSA P-256, SHA-256)."""

import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from lachan_proximity.keyfile.batch import Export
from lachan_proximity.keyfile.message import (
    Signature,
    SignatureInfo,
    decode_export,
    decode_signatures,
    encode_export,
    encode_signatures,
)
from lachan_proximity.keyfile.wire import MessageError

HEADER = b"EK Export v1    "
OID_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
MAX_BYTES = 64 * 2**20
_BIN, _SIG = "export.bin", "export.sig"
_EPOCH = (1980, 1, 1, 0, 0, 0)


class KeyFileError(ValueError):
    """The file is not an export, or no known key signed it; nothing of it may be used."""


@dataclass(frozen=True)
class Signer:
    """A private P-256 key and the name devices know its public half by."""

    key: ec.EllipticCurvePrivateKey
    key_id: str
    version: str = "v1"

    def __post_init__(self) -> None:
        if not isinstance(self.key.curve, ec.SECP256R1):
            raise ValueError("export files are signed with a P-256 key")

    @property
    def info(self) -> SignatureInfo:
        return SignatureInfo(self.version, self.key_id, OID_ECDSA_SHA256)


@dataclass(frozen=True)
class Verifier:
    """A public P-256 key under the id and version it signs as; an empty version takes any."""

    key: ec.EllipticCurvePublicKey
    key_id: str
    version: str = ""

    @classmethod
    def load(cls, data: bytes, key_id: str, version: str = "") -> "Verifier":
        """From PEM or DER (SubjectPublicKeyInfo). Raises ValueError for any other key."""
        loaded = load_pem_public_key(data) if data.lstrip().startswith(b"-----") else load_der_public_key(data)
        if not isinstance(loaded, ec.EllipticCurvePublicKey) or not isinstance(loaded.curve, ec.SECP256R1):
            raise ValueError("export files are verified with a P-256 public key")
        return cls(loaded, key_id, version)

    def accepts(self, signature: Signature, signed: bytes) -> bool:
        info = signature.info
        if info.algorithm != OID_ECDSA_SHA256 or info.key_id != self.key_id:
            return False
        if self.version and info.version != self.version:
            return False
        try:
            self.key.verify(signature.signature, signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


def write(export: Export, signers: Iterable[Signer]) -> bytes:
    """The zip. The same export signed twice has the same export.bin; ECDSA signatures differ."""
    listed = list(signers)
    if not listed:
        raise ValueError("an export file needs a signer")
    content = HEADER + encode_export(export, [signer.info for signer in listed])
    signatures = [
        Signature(s.info, s.key.sign(content, ec.ECDSA(hashes.SHA256())), export.batch, export.batches) for s in listed
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # A fixed date: the file tells nothing about the machine that made it.
        archive.writestr(zipfile.ZipInfo(_BIN, _EPOCH), content, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo(_SIG, _EPOCH), encode_signatures(signatures), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _entries(data: bytes) -> tuple[bytes, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if sorted(names) != [_BIN, _SIG]:
                raise KeyFileError(
                    f"an export holds {_BIN} and {_SIG} only, this zip {', '.join(names[:5]) or 'nothing'}"
                )
            read = []
            for name in (_BIN, _SIG):
                with archive.open(name) as entry:
                    content = entry.read(MAX_BYTES + 1)
                if len(content) > MAX_BYTES:
                    raise KeyFileError(f"{name} unpacks to more than {MAX_BYTES} bytes")
                read.append(content)
            return read[0], read[1]
    # What zipfile raises for broken archives, encrypted entries and unknown compression.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as wrong:
        raise KeyFileError(f"the file is not a readable zip: {wrong}") from wrong


def read(data: bytes, verifiers: Iterable[Verifier], *, region: str | None = None) -> Export:
    """Verify first, parse after. Raises KeyFileError unless one of `verifiers` signed exactly these bytes.

    A `region` refuses files made for another one.
    """
    content, signed = _entries(data)
    try:
        signatures = decode_signatures(signed)
    except MessageError as wrong:
        raise KeyFileError(f"{_SIG}: {wrong}") from wrong
    known = list(verifiers)
    fitting = [one for one in signatures if any(verifier.accepts(one, content) for verifier in known)]
    if not fitting:
        names = ", ".join(f"{one.info.key_id} {one.info.version}".strip() for one in signatures[:5]) or "nobody"
        raise KeyFileError(f"no known key signed this file; it names {names}")
    if content[: len(HEADER)] != HEADER:
        raise KeyFileError(f"{_BIN} does not begin with {HEADER.decode().strip()!r}")
    try:
        export, _infos = decode_export(content[len(HEADER) :])
    except MessageError as wrong:
        raise KeyFileError(f"{_BIN}: {wrong}") from wrong
    if (export.batch, export.batches) != (fitting[0].batch, fitting[0].batches):
        raise KeyFileError("the signature is of another part of the batch")
    if region is not None and export.region != region:
        raise KeyFileError(f"the file is for region {export.region!r}, not {region!r}")
    return export
