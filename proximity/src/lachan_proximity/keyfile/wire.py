"""The protobuf wire format, as much of it as export files need, hardened against hostile input.

A general library would do; with this one, runs of equal-shaped keys are read as arrays, and the device needs no code
generator. Every reader raises MessageError and nothing else.
"""

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
Value = int | memoryview


class MessageError(ValueError):
    """The bytes are not such a message; the text says where."""


def read_varint(data: memoryview, at: int) -> tuple[int, int]:
    """(value, position after it); at most 10 bytes, as protobuf has it."""
    value = shift = 0
    while True:
        if at >= len(data):
            raise MessageError(f"the number at byte {at} is cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
        if shift > 63:
            raise MessageError(f"the number before byte {at} is too long")


def fields(data: memoryview) -> Iterator[tuple[int, int, Value, int]]:
    """(field number, wire type, value, position after it) of each field in order."""
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        number, kind = tag >> 3, tag & 7
        value: Value
        if number == 0:
            raise MessageError(f"field 0 before byte {at}")
        if kind == VARINT:
            value, at = read_varint(data, at)
        elif kind == BYTES:
            length, at = read_varint(data, at)
            if length > len(data) - at:
                raise MessageError(f"field {number} claims {length} bytes at byte {at}, {len(data) - at} are left")
            value, at = data[at : at + length], at + length
        elif kind in (FIXED64, FIXED32):
            width = 8 if kind == FIXED64 else 4
            if width > len(data) - at:
                raise MessageError(f"field {number} is cut off at byte {at}")
            value, at = int.from_bytes(data[at : at + width], "little"), at + width
        else:
            raise MessageError(f"field {number} has the unknown wire type {kind} before byte {at}")
        yield number, kind, value, at


def number(value: Value, name: str) -> int:
    """The value of a number field. Raises MessageError where the message has bytes instead."""
    if not isinstance(value, int):
        raise MessageError(f"{name} is not a number")
    return value


def blob(value: Value, name: str) -> memoryview:
    """The value of a bytes, text or message field."""
    if isinstance(value, int):
        raise MessageError(f"{name} is not bytes")
    return value


def text(value: Value, name: str) -> str:
    try:
        return bytes(blob(value, name)).decode()
    except UnicodeDecodeError as wrong:
        raise MessageError(f"{name} is not UTF-8") from wrong


def signed32(value: int) -> int:
    """int32 and enum fields: negative numbers travel as 64-bit two's complement."""
    low = value & 0xFFFF_FFFF
    return low - (1 << 32) if low >= 1 << 31 else low


def unzigzag(value: int) -> int:
    """sint32 and sint64 fields."""
    return value >> 1 ^ -(value & 1)


def zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def varint(value: int) -> bytes:
    if value < 0:
        value += 1 << 64
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number_field(field: int, value: int) -> bytes:
    return varint(field << 3 | VARINT) + varint(value)


def fixed64_field(field: int, value: int) -> bytes:
    return varint(field << 3 | FIXED64) + value.to_bytes(8, "little")


def bytes_field(field: int, value: bytes) -> bytes:
    return varint(field << 3 | BYTES) + varint(len(value)) + value
