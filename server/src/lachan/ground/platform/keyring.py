"""The keys of this installation, kept as files outside the database and made on first use.

`LACHAN_KEYS` names another folder (a mounted secret); otherwise they lie in `$LACHAN_DATA/keys`, mode 0600.
Whoever steals the database alone can read no phone number and no identity number.
"""

import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lachan.ground.platform import config

NONCE_BYTES = 12


def folder() -> Path:
    return Path(os.environ.get("LACHAN_KEYS") or config.data_dir() / "keys")


def _write_once(path: Path, content: bytes) -> bytes:
    """Create the key file, or read the one that another process made first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    try:
        os.link(partial, path)
    except FileExistsError:
        content = path.read_bytes()
    finally:
        partial.unlink()
    return content


@cache
def secret(name: str, length: int = 32) -> bytes:
    """The random key of that name, `length` bytes."""
    path = folder() / f"{name}.key"
    content = path.read_bytes() if path.exists() else _write_once(path, secrets.token_bytes(length))
    if len(content) != length:
        raise ValueError(
            f"{path} must hold {length} bytes, it holds {len(content)}; restore it from the backup of the keys."
        )
    return content


@cache
def signing_key(name: str) -> ec.EllipticCurvePrivateKey:
    """The ECDSA P-256 key of that name: the curve every browser's WebCrypto verifies."""
    path = folder() / f"{name}.pem"
    if path.exists():
        pem = path.read_bytes()
    else:
        pem = _write_once(
            path,
            ec.generate_private_key(ec.SECP256R1()).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} must hold an elliptic-curve key")
    return key


def seal(plain: str, context: str) -> bytes:
    """AES-256-GCM of the text; the context (table.column) is authenticated: no value moves to another column."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(secret("field")).encrypt(nonce, plain.encode(), context.encode())


def unseal(sealed: bytes, context: str) -> str:
    """The text sealed for that context. Raises cryptography.exceptions.InvalidTag when changed or moved."""
    return AESGCM(secret("field")).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode()).decode()


def blind_index(kind: str, value: str) -> bytes:
    """The keyed hash (HMAC-SHA-256) by which a sealed value is found, 32 bytes. The caller normalises the value."""
    return hmac.new(secret("index"), f"{kind}\0{value}".encode(), hashlib.sha256).digest()
