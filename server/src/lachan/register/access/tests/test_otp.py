"""One-time codes: guessing, replay, expiry, limits."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from lachan.register.access import otp, phones, ratelimit
from lachan.register.access.models import OneTimeCode, Sms

pytestmark = pytest.mark.django_db
PHONE = "0905000418"


def sent_code() -> str:
    found = re.search(r"\b(\d{6})\b", str(Sms.objects.latest("pk").text))
    assert found
    return found[1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_right_code_opens_once() -> None:
    assert otp.request_code(PHONE, "10.0.0.1").wait == 0
    code = sent_code()
    assert otp.verify_code(PHONE, code).state is otp.State.RIGHT
    assert otp.verify_code(PHONE, code).state is otp.State.DEAD


def test_the_account_of_the_number_is_found(hanh: Any) -> None:
    otp.request_code("+84 905 000 418", "10.0.0.1")
    assert otp.verify_code("84905000418", f" {sent_code()} ").account == hanh


def test_five_wrong_tries_end_a_code() -> None:
    otp.request_code(PHONE, "10.0.0.1")
    code = sent_code()
    states = [otp.verify_code(PHONE, wrong(code)) for _ in range(5)]
    assert [verdict.tries_left for verdict in states] == [4, 3, 2, 1, 0]
    assert otp.verify_code(PHONE, code).state is otp.State.DEAD


def test_a_thousand_guesses_are_locked_out() -> None:
    """Whoever guesses a thousand times, asking for new codes all the while, gets ten tries in all."""
    judged = 0
    for number in range(1_000):
        otp.request_code(PHONE, "10.0.0.1")
        verdict = otp.verify_code(PHONE, f"{number:06}", "10.0.0.1")
        judged += verdict.state is not otp.State.LIMITED
        if verdict.state is otp.State.RIGHT:
            pytest.skip("one chance in a hundred thousand came true")
    assert judged == otp.TRY_PHONE.burst
    code = sent_code()
    assert otp.verify_code(PHONE, code).state is otp.State.LIMITED


def test_an_old_code_is_dead() -> None:
    otp.request_code(PHONE, "10.0.0.1")
    OneTimeCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert otp.verify_code(PHONE, sent_code()).state is otp.State.DEAD


def test_only_the_latest_code_counts() -> None:
    otp.request_code(PHONE, "10.0.0.1")
    first = sent_code()
    otp.request_code(PHONE, "10.0.0.1")
    second = sent_code()
    if first != second:
        assert otp.verify_code(PHONE, first).state is otp.State.WRONG
    assert otp.verify_code(PHONE, second).state is otp.State.RIGHT


def test_a_code_of_one_phone_does_not_open_another() -> None:
    otp.request_code(PHONE, "10.0.0.1")
    code = sent_code()
    assert otp.verify_code("0905000419", code).state is otp.State.DEAD


def test_the_database_holds_neither_code_nor_phone() -> None:
    otp.request_code(PHONE, "10.0.0.1")
    code = sent_code().encode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone_hash, code_hash FROM access_onetimecode")
        stored = b"".join(bytes(column) for column in cursor.fetchone())
        cursor.execute('SELECT "to", text FROM access_sms')
        stored += b"".join(bytes(column) for column in cursor.fetchone())
        cursor.execute("SELECT string_agg(key, ' ') FROM access_ratebucket")
        stored += cursor.fetchone()[0].encode()
    assert code not in stored
    assert b"905000418" not in stored


def test_the_comparison_is_of_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every judged try, of a known or unknown number, goes once through compare_digest with full-length hashes."""
    compared: list[tuple[int, int]] = []
    plain = otp.hmac.compare_digest

    def spy(a: bytes, b: bytes) -> bool:
        compared.append((len(a), len(b)))
        return plain(a, b)

    monkeypatch.setattr(otp.hmac, "compare_digest", spy)
    otp.request_code(PHONE, "10.0.0.1")
    otp.verify_code(PHONE, "12")
    otp.verify_code(PHONE, sent_code())
    otp.verify_code("0905000777", "123456")
    assert compared == [(32, 32)] * 3


def test_sending_is_limited_per_phone_and_says_how_long() -> None:
    waits = [otp.request_code(PHONE, f"10.0.0.{n}").wait for n in range(4)]
    assert waits[:2] == [0, 0]
    assert 0 < waits[2] <= 60
    assert Sms.objects.count() == 2


def test_sending_is_limited_per_address() -> None:
    waits = [otp.request_code(f"0905{number:06}", "10.0.0.1").wait for number in range(62)]
    assert all(wait == 0 for wait in waits[:60])
    assert waits[60] > 0
    assert otp.request_code("0905999999", "10.0.0.2").wait == 0


@pytest.mark.parametrize("typed", ["", "abc", "12345", "0905 000 41", "02363822222", "+1", "9" * 50])
def test_what_is_no_mobile_number_says_what_to_write(typed: str) -> None:
    with pytest.raises(phones.NotAPhoneError, match="0905 000 418"):
        otp.request_code(typed, "10.0.0.1")
    assert not Sms.objects.exists()


def test_a_bucket_refills_evenly() -> None:
    limit = ratelimit.Limit("test", 2, 10)
    assert [ratelimit.take(limit, "x") for _ in range(3)] == [0, 0, 5]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_ratebucket SET updated_at = updated_at - interval '5.1 seconds'")
    assert [ratelimit.take(limit, "x") for _ in range(2)] == [0, 5]
    assert ratelimit.take(limit, "y") == 0
    for _ in range(3):
        ratelimit.give_back(limit, "x")
    assert [ratelimit.take(limit, "x") for _ in range(3)] == [0, 0, 5]


def test_looking_at_a_bucket_takes_nothing() -> None:
    limit = ratelimit.Limit("test", 1, 10)
    assert [ratelimit.wait_for(limit, "x") for _ in range(3)] == [0, 0, 0]
    ratelimit.take(limit, "x")
    assert ratelimit.wait_for(limit, "x") == 10
