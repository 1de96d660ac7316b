"""TemporaryExposureKeyExport and TEKSignatureList: the messages inside an export file.

Field numbers are those of the published export format (Exposure Key export file format and verification, 2020).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lachan_proximity.identifiers.gaen import KEY_BYTES, ROLLING_PERIOD
from lachan_proximity.keyfile import wire
from lachan_proximity.keyfile.batch import NO_ONSET, Export, KeyBatch
from lachan_proximity.keyfile.wire import MessageError

_START, _END, _REGION, _BATCH, _BATCHES, _SIGNATURES, _KEYS, _REVISED = range(1, 9)
_TEK, _RISK, _ROLLING_START, _ROLLING_PERIOD, _REPORT, _ONSET = range(1, 7)
# Fewer records alike than this are not worth the array set-up.
_FEWEST_ALIKE = 32


@dataclass(frozen=True, slots=True)
class SignatureInfo:
    """Which public key verifies: its version, its id and the algorithm as a dotted OID."""

    version: str
    key_id: str
    algorithm: str = "1.2.840.10045.4.3.2"

    def encode(self) -> bytes:
        return b"".join(
            wire.bytes_field(field, value.encode())
            for field, value in ((3, self.version), (4, self.key_id), (5, self.algorithm))
        )

    @classmethod
    def decode(cls, data: memoryview) -> "SignatureInfo":
        found = {number: value for number, _kind, value, _at in wire.fields(data)}
        texts = [wire.text(found[n], f"signature info field {n}") if n in found else "" for n in (3, 4, 5)]
        return cls(*texts)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature over the whole export.bin, in DER."""

    info: SignatureInfo
    signature: bytes
    batch: int = 1
    batches: int = 1


def encode_signatures(signatures: list[Signature]) -> bytes:
    return b"".join(
        wire.bytes_field(
            1,
            wire.bytes_field(1, one.info.encode())
            + wire.number_field(2, one.batch)
            + wire.number_field(3, one.batches)
            + wire.bytes_field(4, one.signature),
        )
        for one in signatures
    )


def decode_signatures(data: bytes) -> list[Signature]:
    listed = []
    for number, _kind, value, _at in wire.fields(memoryview(data)):
        if number != 1:
            continue
        found = {n: v for n, _k, v, _a in wire.fields(wire.blob(value, "signature"))}
        if 1 not in found or 4 not in found:
            raise MessageError("a signature lacks its key's name or its bytes")
        listed.append(
            Signature(
                info=SignatureInfo.decode(wire.blob(found[1], "signature info")),
                signature=bytes(wire.blob(found[4], "signature bytes")),
                batch=wire.number(found.get(2, 1), "batch number"),
                batches=wire.number(found.get(3, 1), "batch size"),
            )
        )
    return listed


def encode_export(export: Export, infos: list[SignatureInfo]) -> bytes:
    head = [
        wire.fixed64_field(_START, export.start),
        wire.fixed64_field(_END, export.end),
        wire.bytes_field(_REGION, export.region.encode()),
        wire.number_field(_BATCH, export.batch),
        wire.number_field(_BATCHES, export.batches),
        *(wire.bytes_field(_SIGNATURES, info.encode()) for info in infos),
    ]
    return b"".join(head) + _encode_keys(_KEYS, export.keys) + _encode_keys(_REVISED, export.revised)


def _encode_keys(field: int, keys: KeyBatch) -> bytes:
    """All keys as one matrix of bytes with a mask of those that are written; its rows joined are the message."""
    columns: list[NDArray[np.uint8]] = []
    written: list[NDArray[np.bool_]] = []

    def constant(value: int, where: NDArray[np.bool_]) -> None:
        columns.append(np.full(len(keys), value, np.uint8))
        written.append(where)

    def numbers(number: int, values: NDArray[np.uint64], where: NDArray[np.bool_]) -> None:
        constant(number << 3 | wire.VARINT, where)
        for nth in range(10):
            rest = values >> np.uint64(7 * nth)
            here = where if nth == 0 else where & (rest > 0)
            if not here.any():
                return
            more = (values >> np.uint64(7 * nth + 7) > 0) if nth < 9 else np.zeros(len(keys), bool)
            columns.append(((rest & np.uint64(0x7F)) | (more.astype(np.uint64) << np.uint64(7))).astype(np.uint8))
            written.append(here)

    everywhere = np.ones(len(keys), bool)
    constant(_TEK << 3 | wire.BYTES, everywhere)
    constant(KEY_BYTES, everywhere)
    for nth in range(KEY_BYTES):
        columns.append(keys.teks[:, nth])
        written.append(everywhere)
    if keys.risks.any():
        numbers(_RISK, keys.risks.astype(np.uint64), keys.risks > 0)
    numbers(_ROLLING_START, keys.starts.astype(np.uint64), everywhere)
    # 144 is the field's default in the format: most keys need not say it.
    numbers(_ROLLING_PERIOD, keys.periods.astype(np.uint64), keys.periods != ROLLING_PERIOD)
    numbers(_REPORT, keys.reports.astype(np.uint64), keys.reports > 0)
    days = keys.onsets.astype(np.int64)
    numbers(_ONSET, (days << 1 ^ days >> 63).astype(np.uint64), keys.onsets != NO_ONSET)
    lengths = np.sum(written, axis=0).astype(np.uint8)
    # A key is at most 44 bytes long, so its own length is one byte.
    columns[:0] = [np.full(len(keys), field << 3 | wire.BYTES, np.uint8), lengths]
    written[:0] = [everywhere, everywhere]
    return np.stack(columns, axis=1)[np.stack(written, axis=1)].tobytes()


def decode_export(data: bytes) -> tuple[Export, list[SignatureInfo]]:
    """Raises MessageError for anything that is not such a message or holds a key that cannot be."""
    view = memoryview(data)
    numbers = {_START: 0, _END: 0, _BATCH: 1, _BATCHES: 1}
    region = ""
    infos: list[SignatureInfo] = []
    # Position of each key's record and its length, in order; the bytes are read later, many at a time.
    places: dict[int, list[tuple[int, int]]] = {_KEYS: [], _REVISED: []}
    heads = {field << 3 | wire.BYTES: places[field].append for field in places}
    at = 0
    while at < len(data):
        add = heads.get(data[at])
        if add is not None and at + 1 < len(data) and data[at + 1] < 0x80:
            length = data[at + 1]
            add((at + 2, length))
            at += length + 2
            continue
        number, _kind, value, after = next(wire.fields(view[at:]))
        at += after
        if number in numbers:
            numbers[number] = wire.number(value, f"field {number}")
        elif number == _REGION:
            region = wire.text(value, "region")
        elif number == _SIGNATURES:
            infos.append(SignatureInfo.decode(wire.blob(value, "signature info")))
        elif number in places:
            length = len(wire.blob(value, "key"))
            places[number].append((at - length, length))
    if at > len(data):
        raise MessageError(f"the last key is cut off at byte {len(data)}")
    return (
        Export(
            start=numbers[_START],
            end=numbers[_END],
            region=region,
            keys=_decode_keys(data, places[_KEYS]),
            revised=_decode_keys(data, places[_REVISED]),
            batch=numbers[_BATCH],
            batches=numbers[_BATCHES],
        ),
        infos,
    )


def _decode_keys(data: bytes, places: list[tuple[int, int]]) -> KeyBatch:
    """The records at `places`: those that share a length and a layout as one array, odd ones each by itself."""
    if not places:
        return KeyBatch.empty()
    whole = np.frombuffer(data, np.uint8)
    begins, lengths = np.array(places, np.int64).T
    parts: list[KeyBatch] = []
    rows_of: list[NDArray[np.int64]] = []
    for length in np.unique(lengths):
        left = np.flatnonzero(lengths == length)
        while len(left):
            record = memoryview(data)[begins[left[0]] : begins[left[0]] + length]
            layout = _layout(record) if len(left) >= _FEWEST_ALIKE else None
            if layout is None:
                parts.append(_decode_key(record))
                rows_of.append(left[:1])
                left = left[1:]
                continue
            rows = whole[begins[left, None] + np.arange(length)]
            alike = _alike(rows, layout)
            parts.append(_columns(rows[alike], layout))
            rows_of.append(left[alike])
            left = left[~alike]
    return KeyBatch.joined(parts).take(np.argsort(np.concatenate(rows_of)))


def _decode_key(record: memoryview) -> KeyBatch:
    found = {number: value for number, _kind, value, _at in wire.fields(record)}
    tek = bytes(wire.blob(found.get(_TEK, memoryview(b"")), "key data"))
    if len(tek) != KEY_BYTES:
        raise MessageError(f"a key has {KEY_BYTES} bytes, this one {len(tek)}")
    onset = wire.unzigzag(wire.number(found[_ONSET], "days since onset")) if _ONSET in found else NO_ONSET
    return _checked(
        np.frombuffer(tek, np.uint8).reshape(1, KEY_BYTES),
        starts=[wire.signed32(wire.number(found.get(_ROLLING_START, 0), "rolling start"))],
        periods=[wire.signed32(wire.number(found.get(_ROLLING_PERIOD, ROLLING_PERIOD), "rolling period"))],
        reports=[wire.signed32(wire.number(found.get(_REPORT, 0), "report type"))],
        onsets=[onset],
        risks=[wire.signed32(wire.number(found.get(_RISK, 0), "transmission risk"))],
    )


def _checked(teks: NDArray[np.uint8], **columns: object) -> KeyBatch:
    """A batch from foreign numbers. Raises MessageError for one out of range."""
    limits = {"starts": (0, 2**31 - 1), "periods": (1, ROLLING_PERIOD), "reports": (0, 255), "risks": (0, 255)}
    limits["onsets"] = (-128, 127)
    for name, (low, high) in limits.items():
        values = np.asarray(columns[name], np.int64)
        wrong = (values < low) | (values > high)
        if wrong.any():
            raise MessageError(f"{name[:-1]} {values[wrong][0]} of a key is not between {low} and {high}")
    return KeyBatch.from_columns(teks=teks, **columns)


def _layout(record: memoryview) -> list[tuple[int, int, int]] | None:
    """(field, first byte, byte after) of a key's record, where it has nothing but known fields, once each."""
    layout: list[tuple[int, int, int]] = []
    begin = 0
    for number, kind, value, end in wire.fields(record):
        is_tek = kind == wire.BYTES and number == _TEK and len(wire.blob(value, "key data")) == KEY_BYTES
        if not is_tek and (kind != wire.VARINT or not _RISK <= number <= _ONSET):
            return None
        layout.append((number, begin, end))
        begin = end
    return layout if len({number for number, _b, _e in layout}) == len(layout) else None


def _alike(rows: NDArray[np.uint8], layout: list[tuple[int, int, int]]) -> NDArray[np.bool_]:
    """Which records have their tags and the ends of their numbers where the first one has them."""
    same = np.ones(len(rows), np.bool_)
    for number, first, last in layout:
        same &= rows[:, first] == rows[0, first]  # the tag: field numbers up to 15 take one byte
        if number == _TEK:
            same &= rows[:, first + 1] == KEY_BYTES
        else:
            same &= ((rows[:, first + 1 : last] ^ rows[0, first + 1 : last]) & 0x80 == 0).all(axis=1)
    return same


def _columns(rows: NDArray[np.uint8], layout: list[tuple[int, int, int]]) -> KeyBatch:
    values: dict[int, NDArray[np.int64]] = {}
    teks: NDArray[np.uint8] | None = None
    for number, first, last in layout:
        if number == _TEK:
            teks = rows[:, first + 2 : last].copy()
            continue
        if last - first - 1 > 9:
            raise MessageError("a number of a key is negative or too long")
        total = np.zeros(len(rows), np.int64)
        for nth, column in enumerate(range(first + 1, last)):
            total |= (rows[:, column] & 0x7F).astype(np.int64) << (7 * nth)
        values[number] = total
    if teks is None:
        raise MessageError("a key lacks its bytes")
    size = len(rows)
    onset = values.get(_ONSET)
    return _checked(
        teks,
        starts=values.get(_ROLLING_START, np.zeros(size, np.int64)),
        periods=values.get(_ROLLING_PERIOD, np.full(size, ROLLING_PERIOD, np.int64)),
        reports=values.get(_REPORT, np.zeros(size, np.int64)),
        onsets=np.full(size, NO_ONSET, np.int64) if onset is None else onset >> 1 ^ -(onset & 1),
        risks=values.get(_RISK, np.zeros(size, np.int64)),
    )
