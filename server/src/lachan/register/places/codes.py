"""The code on a place's poster: 12 characters that survive typing, and the QR payload that carries them.

Crockford's base 32 without I, L, O, U: 11 random characters (55 bits) and a check character. The check is the
weighted sum
Σ αⁱ·cᵢ = 0 over GF(2⁵) with α primitive, so every wrong character and every swap of two different characters is found,
whatever their distance (the weights of all 12 places differ).
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
MAX_PAYLOAD = 60

_VALUE = {character: value for value, character in enumerate(ALPHABET)}
# What people read or type instead.
_VALUE |= {"O": 0, "I": 1, "L": 1}
_POLYNOMIAL = 0b100101  # x⁵ + x² + 1, primitive over GF(2)
_URL = re.compile(r"^https?://[^/\s]+/c/([^/?#\s]+)/?(?:[?#].*)?$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\-–—.]+")
_HOST = re.compile(r"^[A-Z0-9.-]+(:[0-9]{1,5})?$")


class NotACodeError(ValueError):
    """The text holds no place code, or one that was mistyped."""


def _times_alpha(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 0b100000 else value


def _remainder(values: list[int]) -> int:
    """Horner's rule: Σ αⁱ·cᵢ with the last character at i = 0."""
    total = 0
    for value in values:
        total = _times_alpha(total) ^ value
    return total


def new() -> str:
    """A fresh random code."""
    values = [secrets.randbelow(32) for _ in range(LENGTH - 1)]
    values.append(_remainder([*values, 0]))
    return "".join(ALPHABET[value] for value in values)


def is_valid(code: str) -> bool:
    """Whether this is a code as stored: 12 upper-case characters whose check fits."""
    return len(code) == LENGTH and set(code) <= set(ALPHABET) and not _remainder([_VALUE[c] for c in code])


def grouped(code: str) -> str:
    """XXXX-XXXX-XXXX, as printed."""
    return "-".join(code[i : i + 4] for i in range(0, LENGTH, 4))


def payload(host: str, code: str) -> str:
    """The text in the QR: upper case, so that QR's alphanumeric mode keeps the modules large.

    `host` may carry a port. Raises ValueError when it has other signs or makes the payload longer than 60 characters.
    """
    upper = host.upper()
    text = f"HTTPS://{upper}/C/{code}"
    if not _HOST.match(upper) or len(text) > MAX_PAYLOAD:
        raise ValueError(f"a host name of {MAX_PAYLOAD - LENGTH - 11} characters or fewer is needed, not {host!r}")
    return text


def parse(text: str) -> str:
    """The code in what was scanned or typed: the QR's address, or the code in any case, with or without dashes.

    Raises NotACodeError when the text holds none, or when its check character shows a typing error.
    """
    text = text.strip()
    if match := _URL.match(text):
        text = match[1]
    try:
        values = [_VALUE[character] for character in _SEPARATORS.sub("", text).upper()]
    except KeyError:
        raise NotACodeError("signs that no code has") from None
    if len(values) != LENGTH:
        raise NotACodeError(f"{len(values)} characters, a code has {LENGTH}")
    if _remainder(values):
        raise NotACodeError("a character is wrong or two are swapped")
    return "".join(ALPHABET[value] for value in values)
