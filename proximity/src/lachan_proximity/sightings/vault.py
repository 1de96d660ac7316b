"""The lock of the store: a key file beside it, optionally under a passphrase, replaced at every erasure.

The key file holds the key that wraps the days' keys. When days are erased their wrapped keys go, the rest are wrapped
anew under a new lock, and the old lock is overwritten: an old copy of the database opens with no key that still exists.
"""

import json
import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

_NONCE = 12
_SCRYPT = {"n": 2**15, "r": 8, "p": 1}


class VaultError(RuntimeError):
    """The key file is missing, damaged or under another passphrase."""


class Vault:
    """The lock in `path` (0600). With a `passphrase` a thief of the whole device needs that as well."""

    def __init__(self, path: Path, passphrase: str | None = None) -> None:
        self.path = path
        self._passphrase = passphrase
        self._locks = self._load() if path.exists() else []
        if not self._locks:
            self._save([secrets.token_bytes(32)])

    def _derived(self, salt: bytes) -> bytes:
        return Scrypt(salt=salt, length=32, **_SCRYPT).derive((self._passphrase or "").encode())

    def _load(self) -> list[bytes]:
        try:
            stored = json.loads(self.path.read_text("ascii"))
            sealed = b64decode(stored["locks"], validate=True)
            salt = b64decode(stored["salt"], validate=True) if stored["salt"] else b""
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise VaultError(f"the key file {self.path} cannot be read: {wrong}") from wrong
        if salt:
            if self._passphrase is None:
                raise VaultError(f"the key file {self.path} is under a passphrase; give it")
            try:
                sealed = AESGCM(self._derived(salt)).decrypt(sealed[:_NONCE], sealed[_NONCE:], salt)
            except InvalidTag as wrong:
                raise VaultError("the passphrase does not open the key file") from wrong
        elif self._passphrase is not None:
            raise VaultError(f"the key file {self.path} is not under a passphrase; start without one")
        if not sealed or len(sealed) % 32:
            raise VaultError(f"the key file {self.path} is damaged")
        return [sealed[at : at + 32] for at in range(0, len(sealed), 32)]

    def _save(self, locks: list[bytes]) -> None:
        plain, salt = b"".join(locks), b""
        if self._passphrase is not None:
            salt, nonce = secrets.token_bytes(16), secrets.token_bytes(_NONCE)
            plain = nonce + AESGCM(self._derived(salt)).encrypt(nonce, plain, salt)
        stored = json.dumps({"locks": b64encode(plain).decode(), "salt": b64encode(salt).decode()})
        beside = self.path.with_name(self.path.name + ".new")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(stored)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._locks = locks

    def wrap(self, key: bytes, name: bytes) -> bytes:
        """`key` sealed under the newest lock, bound to `name`."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._locks[0]).encrypt(nonce, key, name)

    def unwrap(self, sealed: bytes, name: bytes) -> bytes:
        """Raises VaultError where no lock fits: the key file is not this store's, or is older than it."""
        for lock in self._locks:
            try:
                return AESGCM(lock).decrypt(sealed[:_NONCE], sealed[_NONCE:], name)
            except InvalidTag:
                continue
        raise VaultError(f"the key file {self.path} does not fit this store")

    def add_lock(self) -> None:
        """First half of a change of lock: new keys go under a new lock, the old one still opens."""
        self._save([secrets.token_bytes(32), *self._locks])

    def drop_old_locks(self) -> None:
        """Second half, once everything is wrapped under the new lock: from here the old copies are closed for good."""
        self._save(self._locks[:1])
