"""The link that shows a phone how the agent is: everything stands after #, which no browser sends to a server.

Numbers and known words only: the page makes the sentences, so that a forged link can say nothing of its own. With a
warning go the answers that could be sent: the owner reads and sends them on the phone, or does not.
"""

import base64
import json
from base64 import b64decode
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from lachan_proximity.sightings import Sightings, coverage

PATH = "/app/bluezone/"
DAYS = 7
# A code of more letters is hard to scan from a terminal.
MOST_ANSWERS, MOST_ANSWER_LETTERS = 3, 900
_RISKS = ("none", "low", "high")


def packed(statement: Mapping[str, Any]) -> str:
    """A statement of `sharing` in base64url: key(16) ‖ identifier key(16) ‖ first interval (4, big-endian) ‖ 3 bytes
    for each interval: how many after the first, certain minutes × 16 + minutes, class."""
    notes = statement["intervals"]
    first = min(note["interval"] for note in notes)
    out = b64decode(statement["key"]) + b64decode(statement["identifier_key"]) + first.to_bytes(4)
    for note in notes:
        out += bytes([note["interval"] - first, note["certain"] * 16 + note["minutes"], note["attenuation"]])
    return base64.urlsafe_b64encode(out).rstrip(b"=").decode()


def answers(statements: Iterable[Mapping[str, Any]]) -> list[str]:
    """The newest that fit into a code."""
    listed: list[str] = []
    for statement in sorted(statements, key=lambda each: -each["intervals"][0]["interval"]):
        text = packed(statement)
        if len(listed) < MOST_ANSWERS and sum(map(len, listed)) + len(text) <= MOST_ANSWER_LETTERS:
            listed.append(text)
    return listed


def told(
    store: Sightings,
    now: float,
    checked: Mapping[str, Any] | None = None,
    statements: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """What the phone gets to know. `checked` is what `lachan-proximity check` printed, if it ran; `statements` are
    those of `sharing`, for a warning only."""
    risk, day, minutes = "unknown", 0, 0
    if checked is not None:
        risk = str(checked["risk"]) if checked.get("risk") in _RISKS else "unknown"
        encounters = checked.get("encounters")
        newest = checked.get(f"mostRecentDateWith{risk.title()}Risk")
        if newest:
            day = int(datetime.combine(date.fromisoformat(str(newest)), datetime.min.time(), UTC).timestamp())
        if isinstance(encounters, list):
            mine = [each for each in encounters if each.get("date") == newest]
            minutes = min(1440, round(sum((e["minutesCertain"] + e["minutesPossible"]) / 2 for e in mine)))
    return {
        "v": 1,
        "at": int(now),
        "kept": store.count(),
        "days": store.retention_days,
        "coverage": [[each * 86_400, min(100, round(100 * share))] for each, share in coverage.days(store, now, DAYS)],
        "risk": risk,
        "day": day,
        "minutes": minutes,
        "answers": answers(statements) if risk in {"low", "high"} else [],
    }


def link(server: str, document: Mapping[str, Any]) -> str:
    """The address to open on the phone. Raises ValueError for a server that is not an http(s) address."""
    if not server.startswith(("http://", "https://")):
        raise ValueError(f"the server's address begins with https://, not {server!r}")
    text = base64.urlsafe_b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()
    return f"{server.rstrip('/')}{PATH}#bz={text.rstrip('=')}"
