"""The store: what goes in comes out, nothing shows in the file, look-ups equal a scan, erasure leaves nothing."""

import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan_proximity.identifiers import Scheme, gaen
from lachan_proximity.sightings import Sighting, Sightings, StoreError, Vault, VaultError, coverage, retention
from lachan_proximity.sightings.store import DAY

NOW = 20_150 * DAY + 50_000.0


def opened(folder: Path, **more: int) -> Sightings:
    return Sightings(folder / "sightings.sqlite", Vault(folder / "lock.json"), **more)


def heard(day: int, seed: int, count: int = 20) -> list[Sighting]:
    draw = random.Random(seed)
    return [
        Sighting(
            Scheme.GAEN, draw.randbytes(16), day * DAY + draw.uniform(0, DAY - 1), (-70, -72), draw.randbytes(4), 270
        )
        for _ in range(count)
    ]


@given(
    st.sampled_from(Scheme),
    st.binary(min_size=1, max_size=40),
    st.floats(0, 2**33 - 1),
    st.lists(st.integers(-128, 127), min_size=1, max_size=64),
    st.binary(max_size=40),
    st.integers(0, 0xFFFF),
)
def test_a_sighting_comes_back(
    scheme: Scheme, identifier: bytes, at: float, rssi: list[int], metadata: bytes, gap: int
) -> None:
    sighting = Sighting(scheme, identifier, at, tuple(rssi), metadata, gap)
    assert Sighting.decode(sighting.encode()) == sighting


def test_many_readings_are_thinned_evenly() -> None:
    sighting = Sighting(Scheme.GAEN, bytes(16), 5.0, tuple(range(-100, 28)))
    assert Sighting.decode(sighting.encode()).rssi == tuple(range(-100, 28, 2))


@pytest.mark.parametrize("wrong", [{"identifier": b""}, {"rssi": ()}, {"rssi": (128,)}, {"at": -1.0}, {"gap": 70_000}])
def test_an_impossible_sighting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"sighting|identifier"):
        Sighting(**({"scheme": Scheme.GAEN, "identifier": bytes(16), "at": 0.0, "rssi": (-1,)} | wrong))  # type: ignore[arg-type]


def test_kept_over_a_restart_and_by_scheme(tmp_path: Path) -> None:
    kept = [
        *heard(20_150, 1),
        Sighting(Scheme.BLUEZONE, bytes(12), NOW, (-60,)),
        Sighting(Scheme.DP3T, bytes(16), NOW, (-60,)),
    ]
    store = opened(tmp_path)
    assert store.add(kept) == 22
    store.close()
    store = opened(tmp_path)
    assert sorted(store.all(), key=lambda s: (s.at, s.scheme)) == sorted(kept, key=lambda s: (s.at, s.scheme))
    assert [s.scheme for s in store.find(Scheme.DP3T, [(bytes(16), NOW - 1, NOW + 1)])] == [Scheme.DP3T]
    assert list(store.find(Scheme.GAEN, [(bytes(16), NOW - 1, NOW + 1)])) == []
    assert list(store.find(Scheme.DP3T, [(bytes(16), NOW - 9, NOW)])) == []


def test_nothing_of_a_sighting_shows_in_the_files(tmp_path: Path) -> None:
    store = opened(tmp_path)
    kept = heard(20_150, 3, 200)
    store.add(kept)
    key = gaen.DayKey(random.Random(4).randbytes(16), 20_150 * 144)
    store.keep_own_key(key)
    assert store.own_keys() == [key]
    files = b"".join(path.read_bytes() for path in tmp_path.glob("sightings.sqlite*"))
    assert len(files) > 10_000
    assert not any(s.identifier in files or s.metadata + bytes(1) in files for s in kept)
    assert key.tek not in files
    assert (tmp_path / "lock.json").stat().st_mode & 0o777 == 0o600


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 12))
def test_a_case_s_keys_equal_a_scan_of_everything(
    tmp_path_factory: pytest.TempPathFactory, seed: int, tolerance: int
) -> None:
    draw = random.Random(seed)
    store = opened(tmp_path_factory.mktemp("store"))
    keys = [gaen.DayKey(draw.randbytes(16), 20_150 * 144 + 144 * d, draw.choice([144, 50])) for d in range(2)]
    rows = []
    for _ in range(60):
        key, slot = draw.choice(keys), draw.randrange(144)
        whole = gaen.DayKey(key.tek, key.start)
        at = (key.start + slot + draw.randint(-15, 15)) * 600 + draw.uniform(0, 599)
        rows.append(Sighting(Scheme.GAEN, gaen.identifiers(whole)[slot], at, (-70,)))
    store.add(rows)
    expected = {}
    for key in keys:
        on_air = {identifier: key.start + slot for slot, identifier in enumerate(gaen.identifiers(key))}
        fits = [
            row
            for row in rows
            if row.identifier in on_air and abs(int(row.at // 600) - on_air[row.identifier]) <= tolerance
        ]
        if fits:
            expected[key] = sorted(fits, key=lambda row: row.at)
    assert store.find_keys(keys, tolerance=tolerance) == expected


def test_erasure_takes_everything_of_old_days_and_proves_it(tmp_path: Path) -> None:
    store = opened(tmp_path, retention_days=14)
    for day in range(20_130, 20_151):
        store.add(heard(day, day))
        store.keep_own_key(gaen.DayKey(bytes(16), day * 144))
        coverage.record(store, start=day * DAY + 100, end=day * DAY + 400, scans=1)
    assert retention.prove(store, NOW).faults
    run = retention.erase(store, NOW)
    assert (run.days, run.sightings) == (6, 120)
    proof = retention.prove(store, NOW)
    assert proof.faults == []
    assert (proof.oldest_day, proof.limit_day) == (20_136, 20_136)
    assert store.count() == 15 * 20
    assert [key.start // 144 for key in store.own_keys()] == list(range(20_136, 20_151))
    assert len(list(store.all())) == 300
    store.close()
    assert len(list(opened(tmp_path).all())) == 300
    store = opened(tmp_path)
    assert retention.erase(store, NOW).days == 0
    store.db.execute("UPDATE erasure SET sightings = 7")
    assert "changed" in retention.prove(store, NOW).faults[0]


def test_an_old_copy_cannot_be_opened_after_the_erasure(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(heard(20_130, 1))
    store.add(heard(20_150, 2))
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(tmp_path / "sightings.sqlite", tmp_path / "copy.sqlite")
    assert len(list(Sightings(tmp_path / "copy.sqlite", Vault(tmp_path / "lock.json")).all())) == 40
    retention.erase(store, NOW)
    with pytest.raises(VaultError, match="does not fit"):
        Sightings(tmp_path / "copy.sqlite", Vault(tmp_path / "lock.json"))
    assert len(list(opened(tmp_path).all())) == 20


@pytest.mark.parametrize("crash", ["add_lock", "transaction", "drop_old_locks"])
def test_a_crash_during_the_erasure_loses_nothing_kept(
    tmp_path: Path, crash: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(tmp_path)
    store.add(heard(20_130, 1))
    store.add(heard(20_150, 2))

    class PowerCut(BaseException):
        pass

    def cut(*_arguments: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(Sightings if crash == "transaction" else Vault, crash, cut)
        with pytest.raises(PowerCut):
            retention.erase(store, NOW)
    store.close()
    store = opened(tmp_path)
    assert len(list(store.all(20_150 * DAY))) == 20
    retention.erase(store, NOW)
    if crash == "drop_old_locks":  # the days went before the cut; the old lock goes with the next erasure
        store.add(heard(20_131, 3))
        retention.erase(store, NOW)
    assert retention.prove(store, NOW).faults == []
    assert store.count() == 20


def test_a_clock_far_ahead_erases_nothing(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(heard(20_150, 2))
    coverage.record(store, start=NOW - 100, end=NOW, scans=1)
    with pytest.raises(ValueError, match="clock"):
        retention.erase(store, NOW + 400 * DAY)
    assert store.count() == 20


def test_a_failed_write_leaves_all_or_nothing(tmp_path: Path) -> None:
    store = opened(tmp_path)

    def broken() -> object:
        yield from heard(20_150, 1, 5)
        raise RuntimeError("the radio went away")

    with pytest.raises(RuntimeError, match="radio"):
        store.add(broken())  # type: ignore[arg-type]
    assert store.count() == 0
    assert store.add(heard(20_150, 1, 5)) == 5
    assert len(list(store.all())) == 5


def test_a_full_disk_is_said_and_survived(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(heard(20_150, 1, 5))
    pages = store.db.execute("PRAGMA page_count").fetchone()[0]
    store.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.add(heard(20_151, 2, 5000))
    assert store.count() == 5
    store.db.execute("PRAGMA max_page_count = 100000")
    assert store.add(heard(20_151, 2, 50)) == 50


def test_a_changed_row_is_noticed(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(heard(20_150, 1, 1))
    sealed = bytearray(store.db.execute("SELECT sealed FROM sighting").fetchone()[0])
    sealed[-1] ^= 1
    store.db.execute("UPDATE sighting SET sealed = ?", (bytes(sealed),))
    with pytest.raises(StoreError, match="changed"):
        list(store.all())


def test_other_files_and_locks_are_refused(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(heard(20_150, 1))
    with pytest.raises(VaultError, match="does not fit"):
        Sightings(tmp_path / "sightings.sqlite", Vault(tmp_path / "other.json"))
    (tmp_path / "text.sqlite").write_text("not a database, but long enough to be looked at" * 40)
    with pytest.raises(StoreError, match="not a sighting store"):
        Sightings(tmp_path / "text.sqlite", Vault(tmp_path / "lock.json"))
    (tmp_path / "broken.json").write_text("{}")
    with pytest.raises(VaultError, match="cannot be read"):
        Vault(tmp_path / "broken.json")
    store.db.execute("PRAGMA user_version = 9")
    with pytest.raises(StoreError, match="version 9"):
        opened(tmp_path)
    with pytest.raises(StoreError, match="days"):
        opened(tmp_path, retention_days=0)


def test_a_passphrase_is_needed_and_right(tmp_path: Path) -> None:
    path = tmp_path / "lock.json"
    wrapped = Vault(path, "gió mùa đông bắc").wrap(b"k" * 64, b"day 1")
    assert Vault(path, "gió mùa đông bắc").unwrap(wrapped, b"day 1") == b"k" * 64
    with pytest.raises(VaultError, match="passphrase"):
        Vault(path)
    with pytest.raises(VaultError, match="does not open"):
        Vault(path, "gió mùa")
    Vault(tmp_path / "open.json")
    with pytest.raises(VaultError, match="not under"):
        Vault(tmp_path / "open.json", "gió")


def test_the_ledger_splits_hours_and_shows_silence(tmp_path: Path) -> None:
    store = opened(tmp_path)
    hour = 20_150 * 24
    coverage.record(store, start=hour * 3600 + 3500, end=hour * 3600 + 3700, scans=1, heard=3)
    coverage.record(store, start=hour * 3600 + 3700, end=hour * 3600 + 3970, scans=1, heard=2)
    coverage.record(store, start=(hour + 1) * 3600 + 500, end=(hour + 1) * 3600 + 900, fault="adapter gone")
    listed = coverage.hours(store, hour * 3600, (hour + 3) * 3600)
    assert [(h.covered, h.scans, h.heard, h.fault) for h in listed] == [
        (100, 0, 0, ""),
        (370, 2, 5, "adapter gone"),
        (0, 0, 0, ""),
    ]
    assert coverage.share(store, hour * 3600, (hour + 2) * 3600) == pytest.approx(470 / 7200)
    assert coverage.days(store, (hour + 2) * 3600, 2) == [(20_150, pytest.approx(470 / 7200)), (20_149, 0.0)]
    with pytest.raises(ValueError, match="before"):
        coverage.record(store, start=2, end=1)
