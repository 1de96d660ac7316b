"""The code of a screen: a place's code with a tag of the half minute, so that a photo of the screen soon opens nothing.

Payload: `HTTPS://<HOST>/C/<CODE>.<TAG>`, in upper case. The tag is the first 40 bits, as 8 characters of the codes'
alphabet, of HMAC-SHA-256 (key "screen" of the installation) over "<code>|<epoch>", the epoch being Unix time / 30 s.
A screen's code has no other use: without a tag that fits its moment it is no code at all.
"""

import hashlib
import hmac
import re
from datetime import datetime

from lachan.ground.platform import keyring
from lachan.register.places import codes

EPOCH_S = 30
# How long after its half minute a tag is still taken: the time to hold up a phone, and a slow network.
GRACE_S = 30.0
# A phone's clock corrected by the server's is right within the travel of one request.
EARLY_S = 5.0
TAG_LENGTH = 8

_TAGGED = re.compile(r"^(.*?)([0-9A-Za-z-]{12,14})\.([0-9A-Za-z]{8})(/?(?:[?#].*)?)$", re.DOTALL)


def tag(code: str, epoch: int) -> str:
    """The tag of the code in that half minute."""
    mac = hmac.digest(keyring.secret("screen"), f"{code}|{epoch}".encode(), hashlib.sha256)
    bits = int.from_bytes(mac[:5])
    return "".join(codes.ALPHABET[bits >> 5 * (TAG_LENGTH - 1 - i) & 31] for i in range(TAG_LENGTH))


def epoch_of(moment: datetime) -> int:
    return int(moment.timestamp() // EPOCH_S)


def payload(host: str, code: str, moment: datetime) -> str:
    """What the screen shows at the moment. Raises ValueError for a host that does not fit a QR."""
    text = f"{codes.payload(host, code)}.{tag(code, epoch_of(moment))}"
    if len(text) > codes.MAX_PAYLOAD:
        raise ValueError(f"the host name must be {TAG_LENGTH + 1} characters shorter to fit a screen's code")
    return text


def split(text: str) -> tuple[str, str | None]:
    """What was scanned, without the tag; and the tag as issued, None when there is none."""
    match = _TAGGED.match(text.strip())
    if match is None:
        return text, None
    read = match[3].upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return match[1] + match[2] + match[4], read


def fits(code: str, given: str, moment: datetime) -> bool:
    """Whether a screen showed this tag at the moment of the scan, or so short before that it is still taken."""
    now = moment.timestamp()
    first, last = int((now - EPOCH_S - GRACE_S) // EPOCH_S), int((now + EARLY_S) // EPOCH_S)
    return any(
        hmac.compare_digest(given.encode(), tag(code, epoch).encode())
        for epoch in range(last, first - 1, -1)
        if epoch * EPOCH_S - EARLY_S <= now < (epoch + 1) * EPOCH_S + GRACE_S
    )
