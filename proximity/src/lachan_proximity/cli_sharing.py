"""The verbs that send something: share, revoke, answer, dummy. Each shows what it will send and asks first."""

import argparse
import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from lachan_proximity import jws
from lachan_proximity.agent import sharing
from lachan_proximity.agent.library import FILES, Library
from lachan_proximity.agent.line import over_http, patient
from lachan_proximity.identifiers.gaen import DayKey
from lachan_proximity.keyfile import Export, Verifier, read
from lachan_proximity.sightings import Sightings, Vault

Date = Callable[[str], Any]
_YES, _NO = {"yes", "y", "có", "co"}, {"", "0", "no", "n", "không", "khong"}


def _store(options: argparse.Namespace) -> Sightings:
    if not (options.data / "sightings.sqlite").exists():
        raise ValueError(f"{options.data} holds no sightings; run the agent there first")
    passphrase = options.passphrase_file.read_text(encoding="utf-8").strip() if options.passphrase_file else None
    return Sightings(options.data / "sightings.sqlite", Vault(options.data / "lock.json", passphrase))


def _server(options: argparse.Namespace) -> sharing.Server:
    return sharing.Server(patient(over_http(options.server)))


def _agreed(options: argparse.Namespace, lines: list[str]) -> bool:
    print("\n".join(lines))
    return bool(options.yes) or input("Gửi? / Send? [yes/no] ").strip().lower() in {"yes", "y", "có", "co"}


def _receipt(options: argparse.Namespace, receipt: dict[str, Any]) -> Path:
    folder = options.data / "receipts"
    folder.mkdir(mode=0o700, exist_ok=True)
    path: Path = folder / f"{receipt['upload']}.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(receipt, file)
    return path


def _receipts(folder: Path) -> dict[date, dict[str, str]]:
    """Of each day that was published: upload and secret. Only with them a published key is still one's own."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        receipt = json.loads(path.read_text(encoding="utf-8"))
        for each in jws.claims_of(receipt["signed"]).get("days", []):
            found[date.fromisoformat(each["day"])] = {"upload": receipt["upload"], "secret": receipt["secret"]}
    return found


def _left(keys: list[DayKey]) -> list[DayKey]:
    """The keys whose days the owner does not leave out. Raises ValueError for an answer that is no list of numbers."""
    for nth, key in enumerate(keys, 1):
        print(f"  {nth:2}  {sharing.day_of(key).isoformat()}")
    said = input("Bỏ ngày nào? / Which days to leave out? [1 3 …, Enter: none] ").replace(",", " ").strip().lower()
    if said in _NO:
        return keys
    numbers = {int(word) for word in said.split() if word.isascii() and word.isdigit()}
    if len(numbers) < len(set(said.split())) or not numbers <= set(range(1, len(keys) + 1)):
        raise ValueError(f"days are numbers from 1 to {len(keys)}, not {said!r}")
    return [key for nth, key in enumerate(keys, 1) if nth not in numbers]


def _share(options: argparse.Namespace) -> int:
    """Publish this device's keys of the days you choose, with the code an officer gave you. What is not said on the
    command line is asked: the code, days to leave out, whether the officer may know whose the keys are."""
    from lachan_proximity import calibration

    store = _store(options)
    if options.code is None and options.yes:
        raise ValueError("--yes asks nothing, so it needs --code")
    code = options.code or input("Mã cán bộ đã đưa / The officer's code: ")
    keys = sharing.chosen(store, set(options.day) if options.day else None)
    if keys and not options.day and not options.yes:
        keys = _left(keys)
    officer = bool(options.officer)
    if keys and not officer and not options.yes:
        asked = "Cho cán bộ biết khóa là của mình? / Let the officer know that the keys are yours? [yes/no] "
        officer = input(asked).strip().lower() in _YES
    lines = [f"  {sharing.day_of(key).isoformat()}  1 key" for key in keys]
    receiver = calibration.of_model(options.model)
    heard = sum(len(sharing.heard_notes(store, key, receiver)) for key in keys) if officer else 0
    if officer:
        lines.append(f"  the officer will know that these keys are yours, and get {heard} identifiers behind tags")
    else:
        lines.append("  nobody will know that these keys are yours")
    if not keys or not _agreed(options, lines):
        print("Nothing was sent.")
        return 1 if not keys else 0
    server = _server(options)
    receipt = sharing.share(server, code, keys, officer=officer)
    # Before anything else: with it everything can be taken back.
    path = _receipt(options, receipt)
    if officer:
        sharing.share_heard(server, receipt, store, keys, receiver)
    store.close()
    print(f"Sent. The receipt is {path}; `lachan-proximity revoke` takes everything back.")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    """Take back what a receipt stands for."""
    receipt = json.loads(options.receipt.read_text(encoding="utf-8"))
    sharing.revoke(_server(options), receipt)
    print("Taken back. Keys that were out are called back by the next key file.")
    return 0


def _exports(options: argparse.Namespace) -> list[Export]:
    """The files that were named, or those the agent fetched by itself."""
    if not options.keys:
        return list(Library(options.data / FILES).exports())
    if options.public_key is None:
        raise ValueError("--public-key is needed to check the files that are named")
    verifier = Verifier.load(options.public_key.read_bytes(), options.key_id)
    return [read(path.read_bytes(), [verifier]) for path in options.keys]


def _answer(options: argparse.Namespace) -> int:
    """Answer a warning: tell the officer that you were near a published key, nothing else."""
    from lachan_proximity import calibration

    store = _store(options)
    made = sharing.statements(store, _exports(options), calibration.of_model(options.model))
    store.close()
    receipts = _receipts(options.data / "receipts")
    made = [each | receipts.get(sharing.day_at(each["intervals"][0]["interval"]), {}) for each in made]
    lines = [f"  {sum(note['minutes'] for note in each['intervals'])} minutes near one key" for each in made]
    if any("upload" in each for each in made):
        lines.append("  the server will see that the keys you published for that day are yours; it does not keep that")
    if not made or not _agreed(options, [*lines, "  your account will be tied to these minutes, for 21 days"]):
        print("Nothing was sent.")
        return 0
    server = _server(options)
    bearer = {"Authorization": f"Bearer {options.token_file.read_text(encoding='utf-8').strip()}"}
    for each in made:
        print(json.dumps(server.post("statements", each, padded=False, headers=bearer), ensure_ascii=False))
    return 0


def _dummy(options: argparse.Namespace) -> int:
    """Send an upload of no consequence, so that real ones can't be told apart. Once a day, at any hour."""
    sharing.dummy(_server(options))
    return 0


def add_verbs(verbs: Any, day: Date) -> None:
    """`day` reads a date of the command line."""

    def verb(name: str, run: Callable[[argparse.Namespace], int], text: str) -> Any:
        made = verbs.add_parser(name, help=text, description=run.__doc__)
        made.add_argument("--server", required=True, help="https://…")
        made.set_defaults(run=run)
        return made

    def own(made: Any) -> None:
        made.add_argument("--data", type=Path, default=Path.home() / ".lachan-proximity")
        made.add_argument("--model", default="")
        made.add_argument("--passphrase-file", type=Path)
        made.add_argument("--yes", action="store_true", help="do not ask")

    share = verb("share", _share, "publish this device's keys with an officer's code")
    share.add_argument("--code", help="asked for without")
    share.add_argument("--day", type=day, action="append", help="a UTC day to send; all are shown and asked without")
    share.add_argument("--officer", action="store_true", help="let the officer know whose keys they are")
    own(share)
    verb("revoke", _revoke, "take back what was shared").add_argument("receipt", type=Path)
    answer = verb("answer", _answer, "answer a warning, so that the officer can call")
    answer.add_argument("keys", type=Path, nargs="*", help="export files; those the agent fetched without")
    answer.add_argument("--public-key", type=Path)
    answer.add_argument("--key-id", default="lachan")
    answer.add_argument("--token-file", type=Path, required=True, help="the device token of your account")
    own(answer)
    verb("dummy", _dummy, "send a dummy, to hide real uploads")
