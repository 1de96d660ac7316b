"""From keys to the identifiers on the air: `gaen` (native), `bluezone` and `dp3t` (compatibility)."""

from enum import IntEnum


class Scheme(IntEnum):
    """Which protocol an identifier on the air belongs to. Stored: never renumber."""

    GAEN = 1
    BLUEZONE = 2
    DP3T = 3


IDENTIFIER_BYTES = {Scheme.GAEN: 16, Scheme.BLUEZONE: 12, Scheme.DP3T: 16}

__all__ = ["IDENTIFIER_BYTES", "Scheme"]
