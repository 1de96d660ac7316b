"""A token bucket in PostgreSQL, shared by every process: one statement takes a token or refuses."""

from dataclasses import dataclass
from math import ceil

from django.db import connection

from lachan.ground.platform import keyring

_TAKE = """
INSERT INTO access_ratebucket AS b (key, tokens, updated_at)
VALUES (%(key)s, %(burst)s - 1, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET
    tokens = LEAST(%(burst)s, b.tokens + extract(epoch FROM clock_timestamp() - b.updated_at) * %(rate)s) - 1,
    updated_at = clock_timestamp()
WHERE LEAST(%(burst)s, b.tokens + extract(epoch FROM clock_timestamp() - b.updated_at) * %(rate)s) >= 1
RETURNING tokens
"""
_WAIT = """
SELECT (1 - (tokens + extract(epoch FROM clock_timestamp() - updated_at) * %(rate)s)) / %(rate)s
FROM access_ratebucket WHERE key = %(key)s
"""
_GIVE_BACK = "UPDATE access_ratebucket SET tokens = LEAST(%(burst)s, tokens + 1) WHERE key = %(key)s"


@dataclass(frozen=True)
class Limit:
    """At most `burst` at once, refilled evenly over `seconds`."""

    name: str
    burst: int
    seconds: float


def take(limit: Limit, value: str) -> int:
    """Take one token of the value's bucket: 0 if there was one, else the seconds to wait (1 or more).

    The value (a phone, an address) is kept as a keyed hash only.
    """
    values = _values(limit, value)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        if cursor.fetchone() is not None:
            return 0
        cursor.execute(_WAIT, values)
        row = cursor.fetchone()
    return max(1, ceil(row[0])) if row else 1


def wait_for(limit: Limit, value: str) -> int:
    """What take() would say, without taking: 0 while there is a token, else the seconds to wait."""
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, _values(limit, value))
        row = cursor.fetchone()
    return max(0, ceil(row[0])) if row else 0


def give_back(limit: Limit, value: str) -> None:
    """Put back a token that was taken for something that did not come about."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, _values(limit, value))


def _values(limit: Limit, value: str) -> dict[str, str | float]:
    key = f"{limit.name}:{keyring.blind_index('rate', value).hex()[:32]}"
    return {"key": key, "burst": float(limit.burst), "rate": limit.burst / limit.seconds}
