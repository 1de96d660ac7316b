"""Published keys against what this device heard.

`derive.identifiers_of` turns many keys into their identifiers; `Heard` holds what a device heard, ready to be asked.
"""

from lachan_proximity.matching.derive import identifiers_of
from lachan_proximity.matching.heard import CLOCK_TOLERANCE, Heard, Hits, match

__all__ = ["CLOCK_TOLERANCE", "Heard", "Hits", "identifiers_of", "match"]
