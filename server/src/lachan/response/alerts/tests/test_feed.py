"""The feed: whoever was there finds it, nobody else learns anything, an altered byte is refused."""

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lachan.response.alerts import feed
from lachan.response.alerts.feed import FeedError, Window
from lachan.response.alerts.tests.make_vectors import FILE, KEY, vectors

# A busy machine is no failure.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

START = datetime(2026, 8, 9, tzinfo=UTC)
CODES = ["AAAAAAAAAAAA", "BBBBBBBBBBBB", "CCCCCCCCCCCC"]
MINUTES = st.integers(0, 3 * 24 * 60)


def moment(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def windows_of(raw: list[tuple[int, int, int, int, int]]) -> list[Window]:
    return [Window(CODES[c], moment(m), moment(m + length), g, d) for c, m, length, g, d in raw]


WINDOWS = st.lists(
    st.tuples(st.integers(0, 2), MINUTES, st.integers(1, 600), st.integers(1, 3), st.integers(1, 2)), max_size=12
).map(windows_of)


def publish(windows: list[Window], edition: int = 1) -> bytes:
    unsigned = feed.encode(
        edition=edition, issued=START, valid_until=START + timedelta(days=2), windows=windows, filler_key=b"k" * 32
    )
    return unsigned + feed.sign(unsigned, KEY)


@PATIENT
@given(WINDOWS, st.integers(0, 2), MINUTES, st.integers(1, 700))
def test_a_stay_finds_exactly_the_windows_it_overlaps(
    windows: list[Window], code: int, minute: int, length: int
) -> None:
    opened = feed.open_feed(publish(windows), KEY.public_key())
    start, end = moment(minute), moment(minute + length)
    found = feed.match(opened, CODES[code], start, end)

    def covered(listed: list[Window]) -> set[tuple[int, int, int]]:
        """Every minute of the stay at which a notice of that grade and disease holds."""
        return {
            (at, w.grade, w.disease)
            for w in listed
            if w.code == CODES[code]
            for at in range(minute, minute + length)
            if w.start <= moment(at) < w.end
        }

    assert covered(found) == covered(windows)


@PATIENT
@given(WINDOWS)
def test_the_size_hides_how_many(windows: list[Window]) -> None:
    content = publish(windows)
    entries, rest = divmod(len(content) - feed.HEADER.size - feed.SIGNATURE_BYTES, feed.ENTRY_BYTES)
    assert rest == 0
    assert entries % feed.PADDED_TO == 0
    assert entries > 0


def test_entries_are_sorted_and_fillers_stay_from_edition_to_edition() -> None:
    one = Window(CODES[0], moment(0), moment(30), 2, 1)
    before, after = (
        feed.open_feed(publish(windows, edition), KEY.public_key()) for edition, windows in [(1, []), (2, [one])]
    )
    assert list(after.entries) == sorted(after.entries)
    assert len(set(after.entries) - set(before.entries)) == 1


def test_hours_of_one_place_and_equal_notices_do_not_show() -> None:
    content = publish([Window(CODES[0], moment(0), moment(20 * 60), 2, 1)])
    opened = feed.open_feed(content, KEY.public_key())
    assert CODES[0].encode() not in content
    assert len(set(opened.entries.values())) == len(opened.entries)
    assert len({tag[:4] for tag in opened.entries}) == len(opened.entries)


def test_another_code_reads_nothing() -> None:
    opened = feed.open_feed(publish([Window(CODES[0], moment(0), moment(600), 2, 1)]), KEY.public_key())
    assert feed.match(opened, CODES[1], moment(0), moment(600)) == []


@PATIENT
@given(st.data())
def test_an_altered_byte_is_refused(data: st.DataObject) -> None:
    content = bytearray(publish([Window(CODES[0], moment(0), moment(60), 2, 1)]))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(FeedError):
        feed.open_feed(bytes(content), KEY.public_key())


@PATIENT
@given(st.binary(max_size=400))
def test_any_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(FeedError):
        feed.open_feed(content, KEY.public_key())


def test_another_key_is_refused() -> None:
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(FeedError, match="signature"):
        feed.open_feed(publish([]), stranger)


def test_the_vectors_on_file_are_those_of_this_format() -> None:
    on_file, now = json.loads(FILE.read_text(encoding="utf-8")), vectors()
    # Signatures are random: those on file are right as long as what they sign is.
    later = (b64decode(on_file.pop("later")), b64decode(now.pop("later")))
    assert later[0][: -feed.SIGNATURE_BYTES] == later[1][: -feed.SIGNATURE_BYTES]
    kept, made = b64decode(on_file.pop("feed")), b64decode(now.pop("feed"))
    now.pop("delta")
    assert feed.apply_delta(kept, b64decode(on_file.pop("delta"))) == later[0]
    assert on_file == now
    assert kept[: -feed.SIGNATURE_BYTES] == made[: -feed.SIGNATURE_BYTES]
    assert feed.open_feed(kept, KEY.public_key()).edition == 7
    found = {stay["name"]: len(stay["matches"]) for stay in now["stays"]}
    assert found == {
        "inside one window": 1,
        "two diseases": 2,
        "ends as the window begins": 0,
        "begins as the window ends": 0,
        "over midnight UTC": 1,
        "two windows of one hour": 2,
        "the last minutes of nine hours": 1,
        "the fourth hour of an entry": 1,
        "between two windows": 0,
        "the same time elsewhere": 0,
        "the same place on another day": 0,
    }


def test_ten_thousand_place_windows_stay_small() -> None:
    lengths = (15, 45, 90, 120, 240)
    windows = [
        Window(f"{n:012d}", moment(7 * n % 1440), moment(7 * n % 1440 + lengths[n % 5]), 2, 1) for n in range(10_000)
    ]
    assert len(publish(windows)) <= 150_000


@PATIENT
@given(WINDOWS, WINDOWS)
def test_a_delta_makes_the_later_edition_byte_for_byte(before: list[Window], after: list[Window]) -> None:
    base, later = publish(before, 1), publish(after, 2)
    made = feed.apply_delta(base, feed.delta(base, later))
    assert made == later
    assert feed.open_feed(made, KEY.public_key()).edition == 2


def test_a_delta_for_another_edition_is_refused_and_one_that_lies_fails_the_signature() -> None:
    one, two, three = (publish([Window(CODES[0], moment(n), moment(n + 30), 2, 1)], n) for n in (1, 2, 3))
    with pytest.raises(FeedError, match="unreadable"):
        feed.apply_delta(two, feed.delta(one, three))
    change = bytearray(feed.delta(one, two))
    change[-feed.SIGNATURE_BYTES - 1] ^= 1
    with pytest.raises(FeedError, match="signature"):
        feed.open_feed(feed.apply_delta(one, bytes(change)), KEY.public_key())


@PATIENT
@given(st.binary(max_size=300))
def test_any_bytes_are_no_delta(change: bytes) -> None:
    with pytest.raises(FeedError):
        feed.open_feed(feed.apply_delta(publish([]), b"LCD1" + change), KEY.public_key())
