"""Vietnamese text as people type it: one folded form for search and comparison."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Lower case without diacritics, đ as d, single spaces: "Thanh Hoá", "Thanh Hóa" and "thanh hoa" fold alike.

    NUL is left out: PostgreSQL has no text with it.
    """
    decomposed = unicodedata.normalize("NFD", text.replace("\0", "").casefold().replace("đ", "d"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _SPACES.sub(" ", bare).strip()
