"""The ground: keys, folding, identifiers, the settings of a database address."""

import time
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from lachan.ground.platform import config, keyring
from lachan.ground.platform.ids import uuid7
from lachan.ground.platform.text import fold


@pytest.mark.parametrize("typed", ["thanh hoa", "Thanh Hoá", "Thanh Hóa", "  THANH   HÓA "])
def test_fold_makes_spellings_alike(typed: str) -> None:
    assert fold(typed) == "thanh hoa"


def test_fold_leaves_nul_out() -> None:
    assert fold("Thanh\0 Hóa") == "thanh hoa"


def test_fold_keeps_d_with_stroke_findable() -> None:
    assert fold("Đồng Đăng") == "dong dang"


@given(st.text())
def test_fold_twice_is_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_uuid7_is_version_7_and_ordered_by_time() -> None:
    first = uuid7()
    time.sleep(0.002)
    second = uuid7()
    assert first.version == 7
    assert first.variant == "specified in RFC 4122"
    assert first < second


def test_sealed_text_opens_only_in_its_own_column() -> None:
    sealed = keyring.seal("0905000418", "people_identifier.value")
    assert b"0905000418" not in sealed
    assert keyring.unseal(sealed, "people_identifier.value") == "0905000418"
    with pytest.raises(InvalidTag):
        keyring.unseal(sealed, "access_account.phone")


def test_a_key_is_made_once_and_kept_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LACHAN_KEYS", str(tmp_path / "keys"))
    keyring.secret.cache_clear()
    first = keyring.secret("field")
    keyring.secret.cache_clear()
    assert keyring.secret("field") == first
    assert (tmp_path / "keys" / "field.key").stat().st_mode & 0o077 == 0
    keyring.secret.cache_clear()


def test_database_url_with_a_socket_folder() -> None:
    settings = config.django_database("postgresql://lachan@%2Fsrv%2Fsock/lachan")
    assert (settings["HOST"], settings["NAME"], settings["USER"]) == ("/srv/sock", "lachan", "lachan")


@pytest.mark.parametrize("url", ["mysql://localhost/x", "postgresql://localhost"])
def test_database_url_that_cannot_work_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        config.django_database(url)
