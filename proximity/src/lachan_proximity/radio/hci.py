"""A real controller through Bumble: any of its transports ("usb:0", "serial:/dev/ttyAMA0", "tcp-client:host:port", …).

Reports are taken raw from the HCI events, each advert once: Bumble's own `advertisement` event merges an advert with
its scan response. Adverts are legacy, not connectable, from a random address that changes in the same step as the
data.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from bumble import hci
from bumble.core import UUID, BaseBumbleError
from bumble.device import AdvertisingEventProperties, AdvertisingParameters, AdvertisingSet, Device, Peer
from bumble.transport import open_transport

from lachan_proximity.radio.base import Ability, Advert, Clock, Radio, RadioError, RadioGoneError, Report, SystemClock

_SCAN_RESPONSE_LEGACY, _SCAN_RESPONSE_EXTENDED = 0x04, 0x08
_OPEN_SECONDS = 10.0
_COMMAND_SECONDS = 5.0


def _address(address: bytes) -> hci.Address:
    return hci.Address(":".join(f"{byte:02X}" for byte in address), hci.Address.RANDOM_DEVICE_ADDRESS)


class HciRadio(Radio):
    """`transport` as Bumble names it, or an open (source, sink) pair; `advert_seconds` between adverts."""

    abilities = frozenset({Ability.ADVERTISE, Ability.SCAN, Ability.READ})

    def __init__(
        self, transport: str | tuple[Any, Any], *, clock: Clock | None = None, advert_seconds: float = 0.25
    ) -> None:
        self.clock = clock or SystemClock()
        self._where = transport
        self._interval = advert_seconds * 1000
        self._transport: Any = None
        self._device: Device | None = None
        self._set: AdvertisingSet | None = None
        self._reports: list[Report] | None = None

    async def open(self) -> None:
        try:
            if isinstance(self._where, str):
                self._transport = await asyncio.wait_for(open_transport(self._where), _OPEN_SECONDS)
                source, sink = self._transport.source, self._transport.sink
            else:
                source, sink = self._where
            self._device = Device.with_hci("lachan", hci.Address.generate_static_address(), source, sink)
            self._device.host.on("advertising_report", self._on_report)
            await asyncio.wait_for(self._device.power_on(), _OPEN_SECONDS)
        # Transports raise whatever their libraries raise: OSError, serial and USB errors, their own.
        except Exception as wrong:
            await self.close()
            raise RadioGoneError(
                f"the controller at {self._where} does not answer: {wrong or type(wrong).__name__}"
            ) from wrong

    async def close(self) -> None:
        device, transport, on_air = self._device, self._transport, self._set
        self._device = self._transport = self._set = None
        try:
            if on_air is not None:
                await asyncio.wait_for(on_air.stop(), 1)
            if device is not None:
                await asyncio.wait_for(device.power_off(), 1)
        except Exception:  # noqa: S110 - what is gone cannot be switched off
            pass
        if transport is not None:
            await transport.close()

    def _need(self) -> Device:
        if self._device is None:
            raise RadioGoneError("the controller is not open")
        return self._device

    async def _command(self, work: Any) -> Any:
        """A controller that was pulled answers no command: that is how we learn of it."""
        try:
            return await asyncio.wait_for(work, _COMMAND_SECONDS)
        except TimeoutError as wrong:
            raise RadioGoneError("the controller has stopped answering") from wrong
        except (OSError, asyncio.CancelledError) as wrong:
            if isinstance(wrong, asyncio.CancelledError):
                raise
            raise RadioGoneError(f"the controller is gone: {wrong}") from wrong
        except BaseBumbleError as wrong:
            raise RadioError(f"the controller refused: {wrong}") from wrong

    async def advertise(self, advert: Advert | None) -> None:
        device = self._need()
        if self._set is not None:
            await self._command(self._set.stop())
        if advert is None:
            return
        address = _address(advert.address)
        chosen = self._set
        if chosen is None:
            properties = AdvertisingEventProperties(is_connectable=False, is_scannable=False, is_legacy=True)
            parameters = AdvertisingParameters(
                advertising_event_properties=properties,
                primary_advertising_interval_min=self._interval,
                primary_advertising_interval_max=self._interval,
                own_address_type=hci.OwnAddressType.RANDOM,
            )
            chosen = self._set = await self._command(
                device.create_advertising_set(
                    advertising_parameters=parameters,
                    random_address=address,
                    advertising_data=advert.data,
                    auto_start=False,
                )
            )
        else:
            await self._command(chosen.set_random_address(address))
            await self._command(chosen.set_advertising_data(advert.data))
        await self._command(chosen.start())

    def _on_report(self, report: Any) -> None:
        if self._reports is None:
            return
        legacy = isinstance(report, hci.HCI_LE_Advertising_Report_Event.Report)
        kind = int(report.event_type)
        if kind == _SCAN_RESPONSE_LEGACY if legacy else kind & _SCAN_RESPONSE_EXTENDED:
            return
        connectable = kind in (0, 1) if legacy else bool(kind & 1)
        address = bytes(report.address)[:6][::-1]
        self._reports.append(Report(self.clock.now(), address, int(report.rssi), bytes(report.data), connectable))

    async def scan(self, seconds: float) -> Sequence[Report]:
        device = self._need()
        if self._reports is not None:
            raise RadioError("a scan is running already")
        heard: list[Report] = []
        self._reports = heard
        try:
            await self._command(device.start_scanning(active=False, filter_duplicates=False))
            await self.clock.sleep(seconds)
            await self._command(device.stop_scanning())
        finally:
            self._reports = None
        return heard

    async def read(self, address: bytes, service: str, characteristic: str, within: float = 10.0) -> bytes:
        device = self._need()
        try:
            return await asyncio.wait_for(self._read(device, address, service, characteristic), within)
        except TimeoutError as wrong:
            raise RadioError(f"no connection within {within:g} s") from wrong
        except BaseBumbleError as wrong:
            raise RadioError(f"the device could not be read: {wrong}") from wrong

    @staticmethod
    async def _read(device: Device, address: bytes, service: str, characteristic: str) -> bytes:
        connection = await device.connect(_address(address))
        try:
            peer = Peer(connection)
            for found in await peer.discover_service(UUID(service)):
                for one in await peer.discover_characteristics([UUID(characteristic)], found):
                    return bytes(await one.read_value())
            raise RadioError("the device has no such characteristic")
        finally:
            await connection.disconnect()
