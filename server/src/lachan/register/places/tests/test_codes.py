"""A code survives typing: every slip is either mended or found."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lachan.register.places import codes

made = st.lists(st.sampled_from(codes.ALPHABET), min_size=11, max_size=11).map(
    lambda head: next(code for last in codes.ALPHABET if _valid(code := "".join(head) + last))
)


def _valid(text: str) -> bool:
    try:
        return codes.parse(text) == text
    except codes.NotACodeError:
        return False


def test_new_codes_are_valid_and_differ() -> None:
    fresh = {codes.new() for _ in range(500)}
    assert len(fresh) == 500
    assert all(_valid(code) for code in fresh)


@given(made)
def test_every_single_wrong_character_is_found(code: str) -> None:
    for place in range(codes.LENGTH):
        for other in codes.ALPHABET:
            if other != code[place]:
                with pytest.raises(codes.NotACodeError):
                    codes.parse(code[:place] + other + code[place + 1 :])


@given(made, st.integers(0, 11), st.integers(0, 11))
def test_every_swap_of_two_characters_is_found(code: str, i: int, j: int) -> None:
    assume(code[i] != code[j])
    typed = list(code)
    typed[i], typed[j] = typed[j], typed[i]
    with pytest.raises(codes.NotACodeError):
        codes.parse("".join(typed))


@given(made)
def test_exactly_one_check_character_fits(code: str) -> None:
    assert sum(_valid(code[:-1] + last) for last in codes.ALPHABET) == 1


@given(made, st.randoms())
def test_what_people_type_is_read(code: str, random: "st.Random") -> None:  # type: ignore[name-defined]
    spoken = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(random.choice(spoken.get(c, c + c.lower())) for c in code)
    for text in (typed, codes.grouped(typed), f"  {typed[:4]} {typed[4:8]} {typed[8:]}\n", typed.replace("-", "–")):
        assert codes.parse(text) == code


@given(made, st.sampled_from(["LACHAN.GOV.VN", "localhost:8000", "10.0.0.1:443"]))
def test_the_qr_payload_is_read_back(code: str, host: str) -> None:
    text = codes.payload(host, code)
    assert text == text.upper()
    assert len(text) <= codes.MAX_PAYLOAD
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert codes.parse(text) == code
    assert codes.parse(text.lower() + "?from=poster") == code


@pytest.mark.parametrize("host", ["a_b.vn", "nơi.vn", "x" * 38, ""])
def test_a_host_that_does_not_fit_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="host name"):
        codes.payload(host, codes.new())


@given(st.text(max_size=80))
def test_any_other_text_is_refused_with_a_reason(text: str) -> None:
    try:
        assert len(codes.parse(text)) == codes.LENGTH
    except codes.NotACodeError as error:
        assert str(error)
