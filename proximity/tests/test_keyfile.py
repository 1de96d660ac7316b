"""Export files: outside ones verify and parse, ours come back, changed ones are refused, nothing crashes a reader."""

import base64
import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan_proximity.keyfile import (
    NO_ONSET,
    Export,
    ExportRules,
    KeyBatch,
    KeyFileError,
    ReportType,
    Signer,
    Verifier,
    chaff_like,
    plan,
    read,
    write,
)
from lachan_proximity.keyfile.message import decode_export, decode_signatures, encode_export
from lachan_proximity.keyfile.plan import file_name, index
from lachan_proximity.keyfile.wire import MessageError

GOOGLE_KEY = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE49JY6kekDgxj3Crm4y6kEHdfoKQFSNDM4mV9cgDb+e5nOAw0GeRoRThCu9/wX5wDT2QloFoOjl2pGZHI0f3C3w=="  # noqa: E501
SIGNER = Signer(ec.generate_private_key(ec.SECP256R1()), "vn-1")
VERIFIER = Verifier(SIGNER.key.public_key(), "vn-1", "v1")
Paths = Callable[[str], Path]


def same(one: KeyBatch, two: KeyBatch) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(two, name)) for name in one.__dataclass_fields__)


def made(count: int, seed: int = 1) -> KeyBatch:
    draw = np.random.default_rng(seed)
    return KeyBatch.from_columns(
        teks=draw.integers(0, 256, (count, 16), np.uint8),
        starts=2_900_000 + 144 * draw.integers(-10, 1, count),
        periods=np.where(draw.random(count) < 0.9, 144, draw.integers(1, 144, count)),
        reports=draw.integers(0, 5, count),
        onsets=np.where(draw.random(count) < 0.3, NO_ONSET, draw.integers(-14, 15, count)),
    )


def test_google_sample_verifies_and_parses(vectors: Paths) -> None:
    data = vectors("ble/exports/gint_sample_diagnosis_key_file.zip").read_bytes()
    google = Verifier.load(base64.b64decode(GOOGLE_KEY), "310-v1")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = decode_signatures(archive.read("export.sig"))[0].info
    export = read(data, [Verifier(google.key, info.key_id, info.version)])
    assert len(export.keys) == 140
    assert set(export.keys.periods.tolist()) <= set(range(1, 145))
    with pytest.raises(KeyFileError, match="no known key"):
        read(data, [VERIFIER])


def test_key_server_example_gives_its_keys(vectors: Paths, json_vectors: Callable[[str], Any]) -> None:
    data = vectors("ble/exports/ens_testExport-2-records-1-of-1.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = decode_signatures(archive.read("export.sig"))[0].info
    key = Verifier.load(vectors("ble/exports/ens_public.pem").read_bytes(), info.key_id, info.version)
    export = read(data, [key])
    known = json_vectors("ble/exports/ens_keys.json")["temporaryExposureKeys"]
    assert [
        (base64.b64encode(k.tek).decode(), k.start, k.period, risk)
        for k, risk in zip(export.keys.keys(), export.keys.risks.tolist(), strict=True)
    ] == [(row["key"], row["rollingStartNumber"], row["rollingPeriod"], row["transmissionRisk"]) for row in known]


@pytest.mark.parametrize("count", [0, 1, 31, 40, 2000])
def test_ours_comes_back(count: int) -> None:
    sent = Export(1_740_000_000, 1_740_003_600, "VN", made(count), made(3, 9), 2, 3)
    got = read(write(sent, [SIGNER]), [VERIFIER], region="VN")
    assert same(got.keys, sent.keys)
    assert same(got.revised, sent.revised)
    assert (got.start, got.end, got.region, got.batch, got.batches) == (1_740_000_000, 1_740_003_600, "VN", 2, 3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.binary(min_size=16, max_size=16),
            st.integers(0, 2**31 - 1),
            st.integers(1, 144),
            st.integers(0, 5),
            st.integers(-128, 127),
            st.integers(0, 8),
        ),
        max_size=90,
    )
)
def test_any_batch_comes_back(rows: list[tuple[bytes, int, int, int, int, int]]) -> None:
    teks, starts, periods, reports, onsets, risks = zip(*rows, strict=True) if rows else ([],) * 6
    sent = KeyBatch.from_columns(
        teks=np.frombuffer(b"".join(teks), np.uint8).reshape(-1, 16),
        starts=starts,
        periods=periods,
        reports=reports,
        onsets=onsets,
        risks=risks,
    )
    got, _infos = decode_export(encode_export(Export(0, 1, "VN", sent), []))
    assert same(got.keys, sent)


def test_long_runs_and_single_keys_read_alike() -> None:
    keys = made(3000, 4)
    mixed = decode_export(encode_export(Export(0, 1, "VN", keys), []))[0].keys
    order = np.lexsort((keys.onsets == NO_ONSET, keys.periods, keys.reports == 0))
    runs = decode_export(encode_export(Export(0, 1, "VN", keys.take(order)), []))[0].keys
    assert same(mixed, keys)
    assert same(runs, keys.take(order))


def test_a_changed_byte_is_refused() -> None:
    data = write(Export(0, 60, "VN", made(50)), [SIGNER])
    content = zipfile.ZipFile(io.BytesIO(data)).read("export.bin")
    signature = zipfile.ZipFile(io.BytesIO(data)).read("export.sig")
    for at in range(0, len(content), 37):
        changed = bytearray(content)
        changed[at] ^= 1
        with pytest.raises(KeyFileError, match="no known key"):
            read(_zip({"export.bin": bytes(changed), "export.sig": signature}), [VERIFIER])
    refused = 0
    for at in range(len(signature)):
        changed = bytearray(signature)
        changed[at] ^= 1
        try:
            got = read(_zip({"export.bin": content, "export.sig": bytes(changed)}), [VERIFIER])
        except KeyFileError:
            refused += 1
        else:
            assert len(got.keys) == 50  # a tag nobody reads changed: what was signed still is what is returned
    assert refused > len(signature) * 0.9


def _zip(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_other_files_are_refused_with_a_reason() -> None:
    good = write(Export(0, 60, "VN", made(5)), [SIGNER])
    with pytest.raises(KeyFileError, match="region 'VN', not 'LA'"):
        read(good, [VERIFIER], region="LA")
    with pytest.raises(KeyFileError, match="only"):
        read(_zip({"export.bin": b"", "export.sig": b"", "more": b""}), [VERIFIER])
    with pytest.raises(KeyFileError, match="zip"):
        read(b"not a zip", [VERIFIER])
    with pytest.raises(KeyFileError, match="unpacks"):
        read(_zip({"export.bin": bytes(2**26 + 5), "export.sig": b""}), [VERIFIER])
    with pytest.raises(KeyFileError, match="no known key"):
        read(good, [Verifier(VERIFIER.key, "vn-1", "v2")])
    other = Signer(ec.generate_private_key(ec.SECP256R1()), "vn-1")
    with pytest.raises(KeyFileError, match="vn-1 v1"):
        read(write(Export(0, 60, "VN", made(5)), [other]), [VERIFIER])
    assert len(read(write(Export(0, 60, "VN", made(5)), [other, SIGNER]), [VERIFIER]).keys) == 5
    with pytest.raises(ValueError, match="P-256"):
        Signer(ec.generate_private_key(ec.SECP384R1()), "vn-1")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_hostile_messages_only_raise_the_message_error(data: bytes) -> None:
    for decode in (decode_export, decode_signatures):
        with suppress(MessageError):
            decode(data)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_hostile_changes_of_a_real_message(data: st.DataObject) -> None:
    good = bytearray(encode_export(Export(0, 60, "VN", made(40)), [SIGNER.info]))
    for _ in range(data.draw(st.integers(1, 5))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with suppress(MessageError):
        decode_export(bytes(good[: data.draw(st.integers(0, len(good)))]))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_hostile_zips_only_raise_the_key_file_error(tail: bytes) -> None:
    for data in (tail, b"PK\x03\x04" + tail, write(Export(0, 60, "VN", made(3)), [SIGNER])[: len(tail)] + tail):
        with pytest.raises(KeyFileError):
            read(data, [VERIFIER])


NOW_INTERVAL = 2_900_000 + 144 + 13
NOW = NOW_INTERVAL * 600


def test_plan_holds_back_keys_still_on_the_air_and_drops_old_ones() -> None:
    keys = KeyBatch.from_columns(
        teks=np.arange(64, dtype=np.uint8).reshape(4, 16),
        starts=[NOW_INTERVAL - 156, NOW_INTERVAL - 155, NOW_INTERVAL - 100, NOW_INTERVAL - 15 * 144],
        periods=[144, 144, 144, 144],
        reports=[1] * 4,
        onsets=[0] * 4,
    )
    planned = plan(keys, start=0, end=3600, now=NOW, rules=ExportRules("VN", minimum=0))
    assert planned.exports[0].keys.teks[:, 0].tolist() == [0]
    assert planned.held.teks[:, 0].tolist() == [16, 32]
    assert planned.dropped == 1


def test_plan_pads_sorts_splits_and_revokes() -> None:
    keys = made(90, 3)
    keys = keys.take(keys.starts < NOW_INTERVAL - 160)
    revoked = KeyBatch(keys.teks, keys.starts, keys.periods, np.full(len(keys), 5, np.uint8), keys.onsets, keys.risks)
    planned = plan(
        KeyBatch.joined([keys, revoked.take(slice(0, 7))]),
        start=0,
        end=3600,
        now=NOW,
        rules=ExportRules("VN", 150, 150),
    )
    assert planned.padded == 150 - len(keys) - 7
    assert len(planned.exports) == 1
    export = planned.exports[0]
    assert len(export.revised) == 7
    assert set(export.revised.reports.tolist()) == {ReportType.REVOKED}
    order = [tek.tobytes() for tek in export.keys.teks]
    assert order == sorted(order)
    assert {tek.tobytes() for tek in keys.teks} <= set(order)
    split = plan(keys, start=0, end=3600, now=NOW, rules=ExportRules("VN", minimum=0, maximum=50))
    assert [len(each.keys) for each in split.exports] == [-(-len(keys) // 2), len(keys) // 2]
    assert [(each.batch, each.batches) for each in split.exports] == [(1, 2), (2, 2)]
    assert plan(KeyBatch.empty(), start=0, end=1, now=NOW, rules=ExportRules("VN")).exports == []


def test_rules_must_fit() -> None:
    with pytest.raises(ValueError, match="fit"):
        ExportRules("VN", minimum=10, maximum=5)


def test_padding_looks_like_the_real_keys() -> None:
    keys = made(40)
    padding = chaff_like(keys, 500)
    real = set(zip(*(c.tolist() for c in (keys.starts, keys.periods, keys.reports, keys.onsets)), strict=True))
    drawn = set(
        zip(*(c.tolist() for c in (padding.starts, padding.periods, padding.reports, padding.onsets)), strict=True)
    )
    assert drawn <= real
    assert len({tek.tobytes() for tek in padding.teks}) == 500
    with pytest.raises(ValueError, match="real keys"):
        chaff_like(KeyBatch.empty(), 1)


def test_index_is_oldest_first() -> None:
    names = [
        file_name(Export(start, start + 60, "VN", made(1), batch=batch))
        for start, batch in ((120, 1), (60, 2), (60, 1))
    ]
    assert index(names, "vn/").splitlines() == [
        "vn/0000000060-0000000120-00001.zip",
        "vn/0000000060-0000000120-00002.zip",
        "vn/0000000120-0000000180-00001.zip",
    ]
