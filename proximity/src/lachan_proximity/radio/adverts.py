"""Advertising data: the identifiers of each scheme, written and read. Reading never raises, whatever is on the air."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from lachan_proximity.identifiers import Scheme, bluezone, dp3t, gaen

FLAGS, UUIDS16_MORE, UUIDS16, UUIDS128_MORE, UUIDS128, SERVICE16, MANUFACTURER = (
    0x01,
    0x02,
    0x03,
    0x06,
    0x07,
    0x16,
    0xFF,
)
DP3T_UUID = 0xFD68
_BLUEZONE_GATT = UUID(bluezone.GATT_SERVICE).bytes[::-1]


@dataclass(frozen=True, slots=True)
class Heard:
    """An identifier out of an advert; `metadata` is sealed (GAEN's 4 bytes) or empty."""

    scheme: Scheme
    identifier: bytes
    metadata: bytes = b""


def structures(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, value) of each structure; ends at the first that does not fit, as receivers do."""
    at = 0
    while at < len(data):
        length = data[at]
        if length == 0 or at + 1 + length > len(data):
            return
        yield data[at + 1], data[at + 2 : at + 1 + length]
        at += 1 + length


def parse_advert(data: bytes) -> Heard | None:
    """The identifier that an advert carries, or None for anything else."""
    services: set[int] = set()
    manufacturer = b""
    for kind, value in structures(data):
        if kind == SERVICE16 and len(value) >= 2:
            uuid, payload = int.from_bytes(value[:2], "little"), value[2:]
            size = gaen.IDENTIFIER_BYTES
            if uuid == gaen.SERVICE_UUID and len(payload) == size + gaen.METADATA_BYTES:
                return Heard(Scheme.GAEN, payload[:size], payload[size:])
            if uuid == DP3T_UUID and len(payload) == dp3t.IDENTIFIER_BYTES:
                return Heard(Scheme.DP3T, payload)
        elif kind in (UUIDS16, UUIDS16_MORE):
            services |= {int.from_bytes(value[n : n + 2], "little") for n in range(0, len(value) - 1, 2)}
        elif kind == MANUFACTURER and value[:2] == bluezone.COMPANY_ID.to_bytes(2, "little"):
            manufacturer = value[2:]
    if bluezone.SERVICE_UUID in services and len(manufacturer) == bluezone.IDENTIFIER_BYTES:
        return Heard(Scheme.BLUEZONE, manufacturer)
    return None


def offers_bluezone_read(data: bytes) -> bool:
    """A phone that may not advertise its Bluezone identifier and offers it by GATT instead."""
    return any(
        kind in (UUIDS128, UUIDS128_MORE) and _BLUEZONE_GATT in (value[n : n + 16] for n in range(0, len(value), 16))
        for kind, value in structures(data)
    )


def _structure(kind: int, value: bytes) -> bytes:
    return bytes([len(value) + 1, kind]) + value


def gaen_advert(rpi: bytes, aem: bytes, *, flags: bool = False) -> bytes:
    """28 bytes, or 31 with flags 0x1A, as phones send it."""
    uuid = gaen.SERVICE_UUID.to_bytes(2, "little")
    head = _structure(FLAGS, b"\x1a") if flags else b""
    return head + _structure(UUIDS16, uuid) + _structure(SERVICE16, uuid + rpi + aem)


def bluezone_advert(identifier: bytes) -> bytes:
    """Bluezone v2/v3 for Android: service 0x4E56 and the identifier as manufacturer data of company 8885."""
    company = bluezone.COMPANY_ID.to_bytes(2, "little")
    return _structure(UUIDS16, bluezone.SERVICE_UUID.to_bytes(2, "little")) + _structure(
        MANUFACTURER, company + identifier
    )


def bluezone_offer() -> bytes:
    """The advert of a phone whose identifier must be read by GATT."""
    return _structure(UUIDS128, _BLUEZONE_GATT)
