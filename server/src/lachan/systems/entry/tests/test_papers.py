"""The files of tests: told by their content, without what a camera wrote, never a crash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.systems.entry import papers

EXIF = (
    b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0GPS16.06"
)


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


SCAN = segment(0xDA, b"\x01\x01\0\0?\0") + b"\x12\xff\0\x34\xff\xd0\x56"
PICTURE = b"\xff\xd8" + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0") + segment(0xDB, bytes(65)) + SCAN
NOTED = b"\xff\xd8" + segment(0xE1, EXIF) + segment(0xFE, b"Nguyen Van An") + segment(0xED, b"8BIM") + PICTURE[2:]


def test_a_photograph_loses_all_but_its_way_up() -> None:
    kind, bare = papers.clean(NOTED + b"\xff\xd9" + b"hidden behind")
    assert kind == "jpeg"
    for gone in (b"GPS", b"Nguyen", b"8BIM", b"hidden"):
        assert gone not in bare
    assert bare.endswith(PICTURE[2:] + b"\xff\xd9")
    assert bytes((0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6)) in bare
    # What is clean already stays as it is.
    assert papers.clean(bare) == ("jpeg", bare)
    assert papers.clean(PICTURE + b"\xff\xd9") == ("jpeg", PICTURE + b"\xff\xd9")


def test_a_pdf_is_kept_as_it_is() -> None:
    content = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
    assert papers.clean(content) == ("pdf", content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<html><script>", "kind"),
        (b"\x89PNG\r\n\x1a\n", "kind"),
        (b"%PDF-1.7 cut", "broken"),
        (b"%PDF-" + bytes(papers.MAX_BYTES), "too_large"),
        (PICTURE, "broken"),
        (b"\xff\xd8\xff\xd9", "broken"),
        (b"\xff\xd8\xff\xe1\xff\xff", "broken"),
    ],
)
def test_what_is_neither_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(papers.PaperError) as refused:
        papers.clean(content)
    assert refused.value.code == code


@given(st.binary(max_size=200), st.integers(2, len(NOTED)))
def test_a_broken_picture_is_refused_or_cleaned_never_a_crash(noise: bytes, cut: int) -> None:
    for content in (NOTED[:cut] + noise, b"\xff\xd8\xff" + noise):
        try:
            _kind, bare = papers.clean(content)
        except papers.PaperError:
            continue
        assert papers.clean(bare)[1] == bare
