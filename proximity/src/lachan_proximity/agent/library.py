"""The key files this device has fetched: each named by the public log, byte for byte, and signed by the one key it
trusts. What does not fit is not used; what breaks off goes on at the next file.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lachan_proximity import jws
from lachan_proximity.agent.line import Answer, Send
from lachan_proximity.keyfile import Export, KeyFileError, Verifier, chain, read
from lachan_proximity.risk.profile import ConfigError, RiskProfile

ROOT = "/api/v1/proximity/"
REGION = "VN"
# The folder beside the store: what is in it is the same for everybody.
FILES = "keyfiles"
# Index and log are cached for five minutes each: a file that only the log names is missed after a quarter of an hour.
GRACE_S = 900
_NAME = re.compile(r"[0-9]{10}-[0-9]{10}-[0-9]{5}\.zip")
_STATE, _SETTINGS = "state.json", "settings.yaml"
# Pages of the log read at one time: a server that never ends must not hold the device.
_MOST_PAGES = 1000


class LibraryError(RuntimeError):
    """`fault` is one of agent.words; str() says what was found. Nothing of it is used."""

    def __init__(self, fault: str, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault


class BusyError(RuntimeError):
    """The server asks to come back later; `answer` may say when."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"the server answered {answer.status}")
        self.answer = answer


@dataclass(frozen=True)
class Refreshed:
    """How many files came and went; `waiting` are listed but not yet in the log, and come next time."""

    new: int
    gone: int
    waiting: int


class Library:
    """Key files in `folder`. `public_key` (PEM) is the key to trust; without one, the first the server shows is kept
    and no other is taken."""

    def __init__(self, folder: Path, *, region: str = REGION, public_key: bytes | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder, self.region = folder, region
        self._given = public_key
        self._state = self._load()

    def _load(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"key": None, "etag": "", "listed": [], "number": 0, "hash": "", "files": {}}
        empty["settings"] = ""
        try:
            return empty | dict(json.loads((self.folder / _STATE).read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            # A state cut off by a lost supply is fetched anew.
            return empty

    def _save(self) -> None:
        _write(self.folder / _STATE, json.dumps(self._state).encode())

    def names(self) -> list[str]:
        """The files that are here, oldest first."""
        return sorted(path.name for path in self.folder.glob("*.zip") if _NAME.fullmatch(path.name))

    def exports(self) -> Iterator[Export]:
        """What is in them, verified again. A file that was changed on this device is left out and fetched anew."""
        verifiers = [self._verifier()] if self._state["key"] else []
        for name in self.names():
            try:
                yield read((self.folder / name).read_bytes(), verifiers, region=self.region)
            except (KeyFileError, OSError):
                (self.folder / name).unlink(missing_ok=True)

    def profile(self) -> RiskProfile:
        """The risk profile of the log; the shipped one before the first fetch."""
        path = self.folder / _SETTINGS
        return RiskProfile.load([path]) if path.exists() else RiskProfile.shipped()

    def _verifier(self) -> Verifier:
        key = self._state["key"]
        return Verifier.load(key["pem"].encode(), key["key_id"], key["version"])

    def refresh(self, send: Send, now: float) -> Refreshed:
        """Fetch what is new, in order, and drop what is gone; `now` in unix seconds. Raises LibraryError, BusyError,
        OfflineError."""
        self._trust(send)
        # Before the log: a file that is erased meanwhile must not look withheld.
        listed = self._index(send)
        self._read_log(send)
        self._read_settings(send)
        known: dict[str, Any] = self._state["files"]
        new = waiting = 0
        for name in listed:
            if (self.folder / name).exists():
                continue
            if name not in known:
                waiting += 1
                continue
            self._fetch(send, name, known[name]["digest"])
            new += 1
        gone = [name for name in self.names() if name not in listed]
        for name in gone:
            (self.folder / name).unlink(missing_ok=True)
        self._nothing_withheld(listed, now)
        return Refreshed(new, len(gone), waiting)

    def _trust(self, send: Send) -> None:
        if self._state["key"] is not None and self._given is None:
            return
        told = _document(_ask(send, "key"))
        key = {name: str(told.get(name, "")) for name in ("pem", "key_id", "version")}
        try:
            shown = Verifier.load(key["pem"].encode(), key["key_id"], key["version"]).key.public_numbers()
            given = shown if self._given is None else Verifier.load(self._given, "").key.public_numbers()
        except ValueError as wrong:
            raise LibraryError("key other", f"the server's key cannot be read: {wrong}") from wrong
        if given != shown:
            raise LibraryError("key other", "the server shows another key than the one that was given")
        self._state["key"] = key
        self._save()

    def _read_log(self, send: Send) -> None:
        # Kept only once it ends in the signed head: entries of a lie must not stay in the way of the true log.
        state = self._state | {"files": dict(self._state["files"])}
        for _page in range(_MOST_PAGES):
            number = int(state["number"])
            told = _document(_ask(send, f"log?after={number}"))
            links = _links(told)
            head = self._head(told)
            last = int(head.get("number", 0))
            before = bytes.fromhex(state["hash"]) if state["hash"] else chain.START
            if (wrong := chain.broken_at(links, before, number)) is not None:
                raise LibraryError("log broken", f"entry {wrong} of the log does not follow from what it said before")
            if links and links[-1].number > last:
                raise LibraryError("log broken", f"entry {links[-1].number} is beyond the head of the log")
            for each in links:
                _enter(state, each)
            if links:
                state["number"], state["hash"] = links[-1].number, links[-1].hash.hex()
            if last <= state["number"]:
                break
            if not links:
                raise LibraryError("log broken", "the log ends before its own head")
        else:
            raise LibraryError("log broken", "the log does not end")
        if (last, str(head.get("hash", ""))) != (state["number"], state["hash"]):
            raise LibraryError("log broken", "the server shows another log than before")
        self._state = state
        self._save()

    def _head(self, told: Mapping[str, Any]) -> dict[str, Any]:
        try:
            head = jws.verify(str(told.get("head", "")), self._verifier().key)
        except jws.ForgedError as wrong:
            raise LibraryError(
                "key other", "the head of the log is not signed with the key this device knows"
            ) from wrong
        if head.get("aud") != "lachan-log":
            raise LibraryError("log broken", "what is signed is no head of a log")
        return head

    def _read_settings(self, send: Send) -> None:
        path, wanted = self.folder / _SETTINGS, self._state["settings"]
        if not wanted or (path.exists() and _digest(path.read_bytes()) == wanted):
            return
        content = _ask(send, "settings").body
        if _digest(content) != wanted:
            raise LibraryError("file changed", "the settings are not those that the log names")
        _write(path, content)
        try:
            self.profile()
        except ConfigError as wrong:
            path.unlink()
            raise LibraryError("file changed", f"the settings cannot be used: {wrong}") from wrong

    def _index(self, send: Send) -> list[str]:
        asked = {"If-None-Match": self._state["etag"]} if self._state["etag"] else {}
        answer = _ask(send, "keys/index.txt", asked)
        if answer.status == 304:
            return list(self._state["listed"])
        listed = [line.rsplit("/", 1)[-1] for line in answer.body.decode("utf-8", "replace").splitlines() if line]
        if wrong := [name for name in listed if not _NAME.fullmatch(name)]:
            raise LibraryError("file changed", f"{wrong[0][:40]!r} is no name of a key file")
        self._state["listed"], self._state["etag"] = listed, answer.headers.get("etag", "")
        return listed

    def _fetch(self, send: Send, name: str, digest: str) -> None:
        content = _ask(send, f"keys/{name}").body
        if _digest(content) != digest:
            raise LibraryError("file changed", f"{name} is not the file that the log names")
        try:
            read(content, [self._verifier()], region=self.region)
        except KeyFileError as wrong:
            raise LibraryError("file changed", f"{name}: {wrong}") from wrong
        _write(self.folder / name, content)

    def _nothing_withheld(self, listed: list[str], now: float) -> None:
        files = self._state["files"].items()
        missing = [name for name, entry in files if name not in listed and entry["at"] < now - GRACE_S]
        if missing:
            raise LibraryError("withheld", f"{len(missing)} files of the log are kept from this device")


def _ask(send: Send, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    answer = send(ROOT + path, None, headers or {})
    if answer.status in (429, 503):
        raise BusyError(answer)
    if answer.status != 200 and not (answer.status == 304 and headers):
        raise LibraryError("not ours", f"{path} was answered {answer.status}")
    return answer


def _document(answer: Answer) -> dict[str, Any]:
    try:
        return dict(json.loads(answer.body))
    except (ValueError, TypeError) as wrong:
        raise LibraryError("not ours", "the answer is not that of a Bluezone server") from wrong


def _links(told: Mapping[str, Any]) -> list[chain.Link]:
    try:
        return [
            chain.Link(
                int(row["number"]),
                int(row["at"]),
                str(row["kind"]),
                str(row["subject"]),
                bytes.fromhex(row["digest"]),
                bytes.fromhex(row["hash"]),
            )
            for row in told["entries"]
        ]
    except (KeyError, TypeError, ValueError) as wrong:
        raise LibraryError("log broken", "the log cannot be read") from wrong


def _enter(state: dict[str, Any], each: chain.Link) -> None:
    if each.kind == "file":
        state["files"][each.subject] = {"digest": each.digest.hex(), "at": each.at}
    elif each.kind == "erased":
        state["files"].pop(each.subject, None)
    elif each.kind == "settings":
        state["settings"] = each.digest.hex()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing: a lost supply leaves the file as it was."""
    beside = path.with_name(path.name + ".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
