"""The paper of a test as a file: told by its content, and without what a camera wrote beside the picture. Pure."""

from collections.abc import Iterator
from typing import Literal

MAX_BYTES = 5 * 1024 * 1024
Kind = Literal["pdf", "jpeg"]
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
# JFIF, and Adobe's colour transform, without which colours go wrong. Every other APPn may hold a place or a name.
_KEPT_APPS = {0xE0, 0xEE}
_EXIF = b"Exif\0\0"


class PaperError(ValueError):
    """A file that is not taken; `code`: empty, too_large, kind, broken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean(content: bytes) -> tuple[Kind, bytes]:
    """What the file is, whatever its name says, and what of it is kept. Raises PaperError."""
    if not content:
        raise PaperError("empty")
    if len(content) > MAX_BYTES:
        raise PaperError("too_large")
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-1024:]:
            raise PaperError("broken")
        return "pdf", content
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg", _bare(content)
    raise PaperError("kind")


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with the bytes that follow it, the coded picture with its SOS; ends with EOI."""
    at = 2
    while at + 2 <= len(content):
        if content[at] != 0xFF:
            raise PaperError("broken")
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == _EOI:
            return
        size = int.from_bytes(content[at + 2 : at + 4], "big")
        end = at + 2 + size
        if size < 2 or end > len(content):
            raise PaperError("broken")
        if marker == _SOS:
            while end + 1 < len(content) and not (
                content[end] == 0xFF and content[end + 1] not in (0, 0xFF) and not 0xD0 <= content[end + 1] <= 0xD7
            ):
                end += 1
        yield marker, content[at + 2 : end]
        at = end
    raise PaperError("broken")


def _bare(content: bytes) -> bytes:
    """The picture with the way up it is shown, and nothing else that a camera writes: no place, time, device, name."""
    kept, turned, pictures = [], 1, 0
    for marker, body in _segments(content):
        if marker == 0xE1 and body[2:8] == _EXIF:
            turned = _orientation(body[8:]) or turned
        if marker == _COM or (0xE0 <= marker <= 0xEF and marker not in _KEPT_APPS):
            continue
        pictures += marker == _SOS
        kept.append(bytes((0xFF, marker)) + body)
    if not pictures:
        raise PaperError("broken")
    way_up = _turned(turned) if turned != 1 else b""
    return b"\xff\xd8" + way_up + b"".join(kept) + b"\xff\xd9"


def _orientation(tiff: bytes) -> int | None:
    """Tag 0x0112 of the first directory, 1 to 8."""
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    start = number(4, 4)
    for entry in range(min(number(start, 2), 64)):
        at = start + 2 + entry * 12
        if number(at, 2) == 0x0112:
            value = number(at + 8, 2)
            return value if 1 <= value <= 8 else None
    return None


def _turned(orientation: int) -> bytes:
    tag = (0x0112).to_bytes(2, "big") + (3).to_bytes(2, "big") + (1).to_bytes(4, "big") + bytes((0, orientation, 0, 0))
    body = _EXIF + b"MM\0*" + (8).to_bytes(4, "big") + (1).to_bytes(2, "big") + tag + bytes(4)
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
