"""The link that shows a phone how the agent is: everything stands after #, which no browser sends to a server.

Numbers and known words only: the page makes the sentences, so that a forged link can say nothing of its own.
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from lachan_proximity.sightings import Sightings, coverage

PATH = "/app/bluezone/"
DAYS = 7
_RISKS = ("none", "low", "high")


def told(store: Sightings, now: float, checked: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the phone gets to know. `checked` is what `lachan-proximity check` printed, if it ran."""
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
    }


def link(server: str, document: Mapping[str, Any]) -> str:
    """The address to open on the phone. Raises ValueError for a server that is not an http(s) address."""
    if not server.startswith(("http://", "https://")):
        raise ValueError(f"the server's address begins with https://, not {server!r}")
    packed = base64.urlsafe_b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()
    return f"{server.rstrip('/')}{PATH}#bz={packed.rstrip('=')}"
