"""Captures of a phone's Bluetooth (btsnoop with HCI): the advertising reports in it. Raises CaptureError only."""

import struct
from collections.abc import Iterator
from pathlib import Path

from lachan_proximity.radio.base import Report

_MAGIC = b"btsnoop\0"
_RECORD = struct.Struct(">IIIIq")
# Microseconds from btsnoop's midnight, 1 January 0 AD, to 1970.
_TO_UNIX = 0x00DCDDB30F2F8000
_LONGEST = 1 << 16
_HCI_UART = 1002
_HCI_UNENCAPSULATED = 1001
_EVENT_PACKET = 4
_LE_META, _REPORT, _EXTENDED_REPORT = 0x3E, 0x02, 0x0D
_CONNECTABLE_TYPES = (0x00, 0x01)


class CaptureError(ValueError):
    """The file is no such capture, or breaks off; the text says where."""


def read_capture(path: Path) -> Iterator[Report]:
    """Every advertising report of the capture in order, scan responses left out."""
    try:
        data = path.read_bytes()
    except OSError as wrong:
        raise CaptureError(f"{path} cannot be read: {wrong}") from wrong
    return parse_capture(data)


def parse_capture(data: bytes) -> Iterator[Report]:
    """As read_capture, of the bytes."""
    if len(data) < 16 or data[:8] != _MAGIC:
        raise CaptureError("not a btsnoop capture")
    version, link = struct.unpack_from(">II", data, 8)
    if version != 1 or link not in (_HCI_UART, _HCI_UNENCAPSULATED):
        raise CaptureError(f"version {version} with link type {link}; this program reads version 1 with HCI")
    at = 16
    while at < len(data):
        if at + _RECORD.size > len(data):
            raise CaptureError(f"the record at byte {at} is cut off")
        _original, length, flags, _drops, micros = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        if length > _LONGEST or at + length > len(data):
            raise CaptureError(f"the record at byte {at} claims {length} bytes, {len(data) - at} are left")
        packet = data[at : at + length]
        at += length
        when = (micros - _TO_UNIX) / 1_000_000
        if link == _HCI_UART:
            if packet[:1] != bytes([_EVENT_PACKET]):
                continue
            packet = packet[1:]
        elif flags & 3 != 3:  # without the packet type, the flags say what is an event from the controller
            continue
        yield from event_reports(packet, when)


def event_reports(event: bytes, at: float) -> Iterator[Report]:
    """The reports in one HCI event; nothing for any other event or one that breaks off."""
    if len(event) < 4 or event[0] != _LE_META or event[1] != len(event) - 2:
        return
    body = event[3:]
    if event[2] == _REPORT:
        yield from _legacy(body, at)
    elif event[2] == _EXTENDED_REPORT:
        yield from _extended(body, at)


def _legacy(body: bytes, at: float) -> Iterator[Report]:
    count, place = body[0], 1
    for _ in range(count):
        if place + 9 > len(body):
            return
        kind, length = body[place], body[place + 8]
        end = place + 9 + length
        if end + 1 > len(body):
            return
        address = body[place + 2 : place + 8][::-1]
        rssi = int.from_bytes(body[end : end + 1], "big", signed=True)
        if kind != 4:
            yield Report(at, address, rssi, body[place + 9 : end], kind in _CONNECTABLE_TYPES)
        place = end + 1


def _extended(body: bytes, at: float) -> Iterator[Report]:
    count, place = body[0], 1
    for _ in range(count):
        if place + 24 > len(body):
            return
        kind, length = int.from_bytes(body[place : place + 2], "little"), body[place + 23]
        end = place + 24 + length
        if end > len(body):
            return
        address = body[place + 3 : place + 9][::-1]
        rssi = int.from_bytes(body[place + 13 : place + 14], "big", signed=True)
        if not kind & 0x08:
            yield Report(at, address, rssi, body[place + 24 : end], bool(kind & 0x01))
        place = end
