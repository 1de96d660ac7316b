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
    key = f"{limit.name}:{keyring.blind_index('rate', value).hex()[:32]}"
    values: dict[str, str | float] = {"key": key, "burst": float(limit.burst), "rate": limit.burst / limit.seconds}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        if cursor.fetchone() is not None:
            return 0
        cursor.execute(_WAIT, values)
        row = cursor.fetchone()
    return max(1, ceil(row[0])) if row else 1
