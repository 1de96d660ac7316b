"""Makes feed_vectors.json, by which every reader of the feed is checked: `python -m
lachan.response.alerts.tests.make_vectors`.

The key and the codes are invented for this file.
"""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from lachan.response.alerts import feed

FILE = Path(__file__).parent / "feed_vectors.json"
KEY = ec.derive_private_key(0x1AC4A7_2026, ec.SECP256R1())
ISSUED = datetime(2026, 8, 13, 2, 20, tzinfo=UTC)
MARKET, SCHOOL, CAFE = "7KD2Q4M0XTPC", "0A1B2C3D4E5F", "ZYXWVTSRQPNM"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 8, day, hour, minute, tzinfo=UTC)


WINDOWS = [
    feed.Window(MARKET, at(9, 1, 10), at(9, 3, 25), 2, 1),
    feed.Window(MARKET, at(9, 1, 30), at(9, 1, 45), 1, 2),
    feed.Window(SCHOOL, at(10, 23, 0), at(11, 1, 0), 3, 1),
    feed.Window(CAFE, at(12, 5, 5), at(12, 5, 20), 2, 1),
    feed.Window(CAFE, at(12, 5, 40), at(12, 5, 55), 2, 1),
    feed.Window(CAFE, at(12, 9, 50), at(12, 19, 5), 1, 1),
]
STAYS = {
    "inside one window": (MARKET, at(9, 2, 0), at(9, 2, 38)),
    "two diseases": (MARKET, at(9, 1, 0), at(9, 1, 40)),
    "ends as the window begins": (MARKET, at(9, 0, 30), at(9, 1, 10)),
    "begins as the window ends": (MARKET, at(9, 3, 25), at(9, 4, 0)),
    "over midnight UTC": (SCHOOL, at(10, 22, 0), at(11, 2, 0)),
    "two windows of one hour": (CAFE, at(12, 5, 0), at(12, 6, 0)),
    "the last minutes of nine hours": (CAFE, at(12, 19, 0), at(12, 19, 30)),
    "the fourth hour of an entry": (CAFE, at(12, 13, 45), at(12, 13, 49)),
    "between two windows": (CAFE, at(12, 5, 25), at(12, 5, 35)),
    "the same time elsewhere": (SCHOOL, at(9, 2, 0), at(9, 2, 38)),
    "the same place on another day": (MARKET, at(10, 2, 0), at(10, 2, 38)),
}


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def vectors() -> dict[str, Any]:
    unsigned = feed.encode(
        edition=7, issued=ISSUED, valid_until=ISSUED + timedelta(days=2), windows=WINDOWS, filler_key=b"filler" * 6
    )
    # Signatures are random: the one on file is kept as long as it is right.
    content = unsigned + feed.sign(unsigned, KEY)
    later = feed.encode(
        edition=9, issued=ISSUED, valid_until=ISSUED + timedelta(days=2), windows=WINDOWS[1:], filler_key=b"filler" * 6
    )
    signed_later = later + feed.sign(later, KEY)
    opened = feed.open_feed(content, KEY.public_key())
    return {
        "about": "Format: lachan/response/alerts/feed.py. Times are Unix seconds; an altered byte must be refused.",
        "key": feed.public_jwk(KEY.public_key()),
        "other_key": feed.public_jwk(ec.derive_private_key(2, ec.SECP256R1()).public_key()),
        "feed": b64encode(content).decode(),
        "later": b64encode(signed_later).decode(),
        "delta": b64encode(feed.delta(content, signed_later)).decode(),
        "edition": 7,
        "issued": seconds(ISSUED),
        "valid_until": seconds(ISSUED + timedelta(days=2)),
        "tag_and_mask": [
            {
                "code": MARKET,
                "hour": seconds(at(9, 1)) // 3600,
                "number": number,
                "tag": feed._digest("tag", MARKET, seconds(at(9, 1)) // 3600, number)[:8].hex(),
                "mask": feed._digest("body", MARKET, seconds(at(9, 1)) // 3600, number)[:5].hex(),
            }
            for number in (0, 1)
        ],
        "stays": [
            {
                "name": name,
                "code": code,
                "start": seconds(start),
                "end": seconds(end),
                "matches": [
                    {"start": seconds(w.start), "end": seconds(w.end), "grade": w.grade, "disease": w.disease}
                    for w in feed.match(opened, code, start, end)
                ],
            }
            for name, (code, start, end) in STAYS.items()
        ],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
