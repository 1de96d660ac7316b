"""What each kind of place is like: how long people stay, when it is open, whether it asks about health, whether one
may check in privately."""

from dataclasses import dataclass
from datetime import time

from lachan.register.places.models import Place


@dataclass(frozen=True)
class Kind:
    """`typical_stay` in minutes stands in for a check-out that was never scanned; `opens`/`closes` in Viet Nam's
    time. `private`: the visitor may leave the name on the phone (docs/adr/0022-private-check-in.md)."""

    typical_stay: int
    opens: time | None
    closes: time | None
    asks_health: bool
    private: bool = False


KINDS: dict[str, Kind] = {
    Place.Kind.OFFICE: Kind(240, time(7, 30), time(17, 0), asks_health=False),
    Place.Kind.HOSPITAL: Kind(120, None, None, asks_health=True),
    Place.Kind.SCHOOL: Kind(420, time(6, 45), time(17, 30), asks_health=True),
    Place.Kind.SUPERMARKET: Kind(45, time(8, 0), time(22, 0), asks_health=False, private=True),
    Place.Kind.MARKET: Kind(30, time(5, 0), time(18, 0), asks_health=False, private=True),
    Place.Kind.LODGING: Kind(720, None, None, asks_health=True),
    Place.Kind.RESTAURANT: Kind(60, time(6, 0), time(22, 0), asks_health=False, private=True),
    Place.Kind.TRANSPORT: Kind(40, time(4, 0), time(23, 0), asks_health=False),
    Place.Kind.WORSHIP: Kind(75, time(5, 0), time(21, 0), asks_health=False, private=True),
    Place.Kind.EVENT: Kind(150, None, None, asks_health=True),
    Place.Kind.OTHER: Kind(60, None, None, asks_health=False, private=True),
}


#: Kinds of place where neither the law nor the place's own question needs to know who came.
PRIVATE_KINDS = tuple(str(kind) for kind, rule in KINDS.items() if rule.private)


def typical_stay(kind: str) -> int:
    """Minutes."""
    return KINDS[kind].typical_stay


def asks_health(kind: str) -> bool:
    return KINDS[kind].asks_health


def allows_private(kind: str) -> bool:
    """Whether a visitor may check in there without the server learning who it is."""
    return KINDS[kind].private
