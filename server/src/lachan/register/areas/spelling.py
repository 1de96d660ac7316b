"""Spellings of Vietnamese names of units: the one of the official list, and the ones people search by."""

import re
import unicodedata

from lachan.ground.platform.text import fold

# Kinds of unit that stand before a name, longest first so that "thanh pho" wins over a name that begins with "thanh".
KINDS = ("thanh pho", "thi tran", "dac khu", "thi xa", "phuong", "huyen", "quan", "tinh", "xa")
ABBREVIATIONS = {
    "tp": "thanh pho",
    "tx": "thi xa",
    "tt": "thi tran",
    "dk": "dac khu",
    "p": "phuong",
    "q": "quan",
    "h": "huyen",
    "t": "tinh",
    "x": "xa",
}
_TONES = "\u0300\u0301\u0303\u0309\u0323"
# An open rhyme oa, oe or uy with its tone on the first letter. After q the u is no vowel; a name that begins with it
# keeps it.
_OLD_TONE = re.compile(
    rf"(?<=[^\W\dqQ_])([oO])([{_TONES}])([aAeE])(?!\w|[{_TONES}])|(?<=[^\W\dqQ_])([uU])([{_TONES}])([yY])(?!\w)"
)
_APOSTROPHES = re.compile(r"['’ʼ`]")
_OTHER = re.compile(r"[^0-9a-z]+")
_ZEROS = re.compile(r"\b0+(?=\d)")
# "P5", "P. 5", "Q3": numbered wards and districts, also without commas between them.
_NUMBERED = re.compile(r"\b(p|q|phuong|quan)[. ]*(\d+)\b", re.IGNORECASE)


def official(name: str) -> str:
    """The name with the tone where the list of units in force puts it: "Hoà", "Thuỷ" (older texts: "Hòa", "Thủy").

    The lists before July 2025 mix both ways and keep theirs.
    """
    decomposed = unicodedata.normalize("NFD", " ".join(name.split()))
    moved = _OLD_TONE.sub(lambda m: m[1] + m[3] + m[2] if m[1] else m[4] + m[6] + m[5], decomposed)
    return unicodedata.normalize("NFC", moved)


def search_key(text: str) -> str:
    """Folded, no apostrophes, other signs as spaces, no leading zeros: "M'Drắk" → "mdrak", "Phường 05" → "phuong 5"."""
    bare = _OTHER.sub(" ", _APOSTROPHES.sub("", fold(text)))
    return _ZEROS.sub("", bare).strip()


def bare_key(name: str) -> str:
    """The search key without the kind of unit: "Thành phố Hà Nội" → "ha noi"; a numbered ward keeps its number only."""
    key = search_key(name)
    for kind in KINDS:
        if key.startswith(kind + " "):
            return key[len(kind) + 1 :]
    return key


def query_keys(text: str) -> list[str]:
    """What was typed, as search keys between commas, the usual short forms written out ("TP. HCM", "P5", "Q. 1")."""
    keys = []
    for part in _NUMBERED.sub(r",\1 \2,", fold(text)).split(","):
        key = search_key(part)
        first, space, rest = key.partition(" ")
        if space and first in ABBREVIATIONS:
            key = f"{ABBREVIATIONS[first]} {rest}"
        key = re.sub(r"\b(tphcm|tp hcm|hcm)\b", "ho chi minh", key)
        if key:
            keys.append(key)
    return keys
