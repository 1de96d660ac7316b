"""The store: SQLite, each UTC day's sightings under a key of their own.

A look-up needs the identifier's tag, a keyed hash (BLAKE2b, 8 bytes) under the day's own key; the rest of a row is
sealed with AES-GCM. Without the key file the database tells how many rows a day has, and which of one day are equal.
"""

import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lachan_proximity.identifiers import Scheme
from lachan_proximity.identifiers.gaen import INTERVAL_SECONDS, DayKey, identifiers
from lachan_proximity.sightings.sighting import Sighting
from lachan_proximity.sightings.vault import Vault

DAY = 86_400
_NONCE = 12
_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE day (day INTEGER PRIMARY KEY, wrapped BLOB NOT NULL) STRICT;
CREATE TABLE sighting (
  day INTEGER NOT NULL REFERENCES day, tag BLOB NOT NULL, nr INTEGER NOT NULL, sealed BLOB NOT NULL,
  PRIMARY KEY (day, tag, nr)) STRICT, WITHOUT ROWID;
CREATE TABLE own_key (
  start INTEGER PRIMARY KEY, period INTEGER NOT NULL, day INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE TABLE listening (
  hour INTEGER PRIMARY KEY, seconds REAL NOT NULL DEFAULT 0, scans INTEGER NOT NULL DEFAULT 0,
  heard INTEGER NOT NULL DEFAULT 0, fault TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE erasure (
  nr INTEGER PRIMARY KEY, at INTEGER NOT NULL, before_day INTEGER NOT NULL, days INTEGER NOT NULL,
  sightings INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""


class StoreError(RuntimeError):
    """The store cannot be used as it is; the text says why and what to do."""


@dataclass(frozen=True)
class _Day:
    tags: bytes
    seal: AESGCM


class Sightings:
    """The sightings in `path`, locked by `vault`. One process writes; use it from one thread."""

    def __init__(self, path: Path, vault: Vault, *, retention_days: int = 14) -> None:
        """`retention_days`: sightings of older UTC days are erased by `erase` (1 to 60).

        Raises StoreError for a file that is no such store, VaultError where the key file does not fit.
        """
        if not 1 <= retention_days <= 60:
            raise StoreError("sightings are kept 1 to 60 days")
        self.retention_days = retention_days
        self._vault = vault
        self._days: dict[int, _Day] = {}
        # Overwrites what it deletes; the write-ahead log stays small because every erasure empties it.
        self.db = sqlite3.connect(path, isolation_level=None)
        try:
            self.db.execute("PRAGMA secure_delete = ON")
            self.db.execute("PRAGMA journal_mode = WAL")
            # A kiosk loses power at any moment: the last scan may go, the file may not break.
            self.db.execute("PRAGMA synchronous = NORMAL")
            self.db.execute("PRAGMA foreign_keys = ON")
            version = self.db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and not self.db.execute("SELECT 1 FROM sqlite_master").fetchone():
                self.db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;")
            elif version != _SCHEMA_VERSION:
                raise StoreError(f"{path} has version {version}; this program reads {_SCHEMA_VERSION}")
        except sqlite3.DatabaseError as wrong:
            self.db.close()
            raise StoreError(f"{path} is not a sighting store: {wrong}") from wrong
        for day, wrapped in self.db.execute("SELECT day, wrapped FROM day"):
            self._days[day] = self._opened(day, wrapped)

    def close(self) -> None:
        self.db.close()

    def _opened(self, day: int, wrapped: bytes) -> _Day:
        key = self._vault.unwrap(wrapped, b"day %d" % day)
        return _Day(tags=key[:32], seal=AESGCM(key[32:]))

    def _day(self, day: int) -> _Day:
        if day not in self._days:
            wrapped = self._vault.wrap(secrets.token_bytes(64), b"day %d" % day)
            self.db.execute("INSERT INTO day (day, wrapped) VALUES (?, ?)", (day, wrapped))
            self._days[day] = self._opened(day, wrapped)
        return self._days[day]

    @staticmethod
    def _tag(day: _Day, scheme: Scheme, identifier: bytes) -> bytes:
        return blake2b(identifier, digest_size=8, key=day.tags, person=bytes([scheme])).digest()

    def _transaction(self, work: Callable[[], None]) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            work()
        except BaseException:
            # A full disk has rolled it back already.
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            # A day's key that was made within is gone with it.
            known = {day for (day,) in self.db.execute("SELECT day FROM day")}
            self._days = {day: opened for day, opened in self._days.items() if day in known}
            raise
        self.db.execute("COMMIT")

    def add(self, heard: Iterable[Sighting]) -> int:
        """Keep sightings, all or none; returns how many. Raises sqlite3.OperationalError when the disk is full."""
        rows: list[tuple[int, bytes, int, bytes]] = []

        def write() -> None:
            for sighting in heard:
                day_number = int(sighting.at // DAY)
                day = self._day(day_number)
                tag = self._tag(day, sighting.scheme, sighting.identifier)
                nonce = secrets.token_bytes(_NONCE)
                sealed = nonce + day.seal.encrypt(nonce, sighting.encode(), tag)
                # Random, so that the order of rows tells nothing; 62 bits of it never meet within one tag.
                rows.append((day_number, tag, secrets.randbits(62), sealed))
            self.db.executemany("INSERT INTO sighting (day, tag, nr, sealed) VALUES (?, ?, ?, ?)", rows)

        self._transaction(write)
        return len(rows)

    def _open_row(self, day: int, tag: bytes, sealed: bytes) -> Sighting:
        try:
            return Sighting.decode(self._days[day].seal.decrypt(sealed[:_NONCE], sealed[_NONCE:], tag))
        except InvalidTag as wrong:
            raise StoreError(f"a sighting of day {day} was changed outside this program") from wrong

    def find(self, scheme: Scheme, wanted: Iterable[tuple[bytes, float, float]]) -> Iterator[Sighting]:
        """Sightings of each (identifier, from, until), times in unix seconds, the end exclusive."""
        query = "SELECT sealed FROM sighting WHERE day = ? AND tag = ?"
        for identifier, start, end in wanted:
            for day in range(int(start // DAY), int(end // DAY) + 1):
                opened = self._days.get(day)
                if opened is None:
                    continue
                tag = self._tag(opened, scheme, identifier)
                for (sealed,) in self.db.execute(query, (day, tag)):
                    sighting = self._open_row(day, tag, sealed)
                    if start <= sighting.at < end:
                        yield sighting

    def find_keys(self, keys: Iterable[DayKey], *, tolerance: int = 12) -> dict[DayKey, list[Sighting]]:
        """One case's keys: their sightings within `tolerance` intervals of each identifier's time, by time."""
        found: dict[DayKey, list[Sighting]] = defaultdict(list)
        for key in keys:
            wanted = (
                (
                    identifier,
                    float((key.start + slot - tolerance) * INTERVAL_SECONDS),
                    float((key.start + slot + tolerance + 1) * INTERVAL_SECONDS),
                )
                for slot, identifier in enumerate(identifiers(key))
            )
            listed = sorted(self.find(Scheme.GAEN, wanted), key=lambda sighting: sighting.at)
            if listed:
                found[key] = listed
        return dict(found)

    def all(self, start: float = 0, end: float = 2**33) -> Iterator[Sighting]:
        """Every sighting from `start` until before `end`, day by day."""
        query = "SELECT day, tag, sealed FROM sighting WHERE day BETWEEN ? AND ?"
        for day, tag, sealed in self.db.execute(query, (int(start // DAY), int(end // DAY))):
            sighting = self._open_row(day, tag, sealed)
            if start <= sighting.at < end:
                yield sighting

    def count(self) -> int:
        return int(self.db.execute("SELECT count(*) FROM sighting").fetchone()[0])

    def keep_own_key(self, key: DayKey) -> None:
        """This device's own key; erased with the sightings of its day."""
        day_number = key.start * INTERVAL_SECONDS // DAY

        def write() -> None:
            nonce = secrets.token_bytes(_NONCE)
            sealed = nonce + self._day(day_number).seal.encrypt(nonce, key.tek, b"own %d" % key.start)
            self.db.execute(
                "INSERT INTO own_key (start, period, day, sealed) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (start) DO UPDATE SET period = excluded.period, sealed = excluded.sealed",
                (key.start, key.period, day_number, sealed),
            )

        self._transaction(write)

    def own_keys(self) -> list[DayKey]:
        """This device's keys that are still kept, oldest first."""
        rows = self.db.execute("SELECT start, period, day, sealed FROM own_key ORDER BY start")
        return [
            DayKey(self._days[day].seal.decrypt(sealed[:_NONCE], sealed[_NONCE:], b"own %d" % start), start, period)
            for start, period, day, sealed in rows
        ]

    def vault(self) -> Vault:
        return self._vault

    def forget_days(self, days: Iterable[int]) -> None:
        """Drop opened keys of days that are gone; only `retention.erase` has a reason to."""
        for day in days:
            self._days.pop(day, None)

    def transaction(self, work: Callable[[], None]) -> None:
        """`work` in one transaction, all or nothing."""
        self._transaction(work)
