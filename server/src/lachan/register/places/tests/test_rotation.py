"""The screen's code: right at its moment, of no use later, and never longer than a QR that reads well."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from lachan.register.places import codes, queries, rotation
from lachan.testing.cast import sign_in

NOW = datetime(2026, 11, 24, 3, 0, 10, tzinfo=UTC)
CODE = codes.new()


@given(st.integers(0, 59))
def test_a_tag_is_taken_while_it_is_shown_and_just_after(seconds: int) -> None:
    shown = NOW.replace(second=0) + timedelta(seconds=seconds)
    tag = rotation.tag(CODE, rotation.epoch_of(shown))
    assert rotation.fits(CODE, tag, shown)
    assert rotation.fits(CODE, tag, shown + timedelta(seconds=29))


@given(st.integers(61, 86_400 * 30))
def test_a_photo_of_the_screen_is_of_no_use_a_minute_later(seconds: int) -> None:
    tag = rotation.tag(CODE, rotation.epoch_of(NOW))
    assert not rotation.fits(CODE, tag, NOW + timedelta(seconds=seconds))
    assert not rotation.fits(CODE, tag, NOW - timedelta(seconds=seconds))


def test_the_tag_of_another_place_does_not_fit() -> None:
    assert not rotation.fits(codes.new(), rotation.tag(CODE, rotation.epoch_of(NOW)), NOW)


def test_what_the_screen_shows_is_read_back() -> None:
    text = rotation.payload("lachan.vn:8443", CODE, NOW)
    assert len(text) <= codes.MAX_PAYLOAD
    rest, tag = rotation.split(text)
    assert (codes.parse(rest), tag) == (CODE, rotation.tag(CODE, rotation.epoch_of(NOW)))
    rest, tag = rotation.split(f"{codes.grouped(CODE)}.{tag}".lower())
    assert codes.parse(rest) == CODE and tag is not None and rotation.fits(CODE, tag, NOW)


@pytest.mark.parametrize(
    "text", [CODE, codes.grouped(CODE), f"https://x.vn/c/{CODE}", "https://x.vn/c/", "", "a.b", "x" * 300]
)
def test_what_has_no_tag_is_left_as_it_is(text: str) -> None:
    assert rotation.split(text) == (text, None)


def test_a_host_too_long_for_a_screen_is_refused() -> None:
    codes.payload("y" * 32 + ".vn", CODE)
    with pytest.raises(ValueError, match="shorter"):
        rotation.payload("y" * 32 + ".vn", CODE, NOW)


@pytest.mark.django_db
def test_the_screen_has_a_code_of_its_own_and_is_for_no_cache(client: Client, market: Any, owner: Any) -> None:
    poster = queries.code_in_force(market)
    sign_in(client, owner)
    assert client.get(f"/places/{market.key}/screen/").status_code == 200
    first = client.get(f"/places/{market.key}/screen/code.svg")
    assert first["Content-Type"] == "image/svg+xml"
    assert first["Cache-Control"] == "private, no-store"
    assert 0 < float(first["X-Seconds-Left"]) <= rotation.EPOCH_S
    client.get(f"/places/{market.key}/screen/code.svg")
    (screen,) = market.codes.filter(rotating=True)
    assert screen != poster
    assert queries.code_in_force(market) == poster
