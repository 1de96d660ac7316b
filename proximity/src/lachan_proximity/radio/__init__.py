"""Radios behind one interface: `replay` of captures, a `simulator` for thousands, `hci` for real controllers."""

from lachan_proximity.radio.adverts import Heard, bluezone_advert, gaen_advert, parse_advert
from lachan_proximity.radio.base import Ability, Advert, Clock, Radio, RadioError, RadioGoneError, Report, SystemClock

__all__ = [
    "Ability",
    "Advert",
    "Clock",
    "Heard",
    "Radio",
    "RadioError",
    "RadioGoneError",
    "Report",
    "SystemClock",
    "bluezone_advert",
    "gaen_advert",
    "parse_advert",
]
