"""Virtual controllers that speak real HCI, in a world with distances: Bumble's, with what it leaves out.

Bumble's own controller reports every advert at -50 dBm to everyone, as connectable, each with a scan response of its
own. Here strength and loss come from `propagation`, only those near hear anything, and an advert arrives as the kind
it was sent as.
"""

import asyncio
from typing import Any

from bumble import hci, ll
from bumble.controller import Controller
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from lachan_proximity.radio.base import Clock
from lachan_proximity.radio.hci import HciRadio
from lachan_proximity.radio.propagation import Propagation
from lachan_proximity.radio.simulator import Neighbours

_LEGACY_NONCONN, _LEGACY_CONNECTABLE = 0x10, 0x13


class AirLink(LocalLink):
    """Delivers adverts to those who hear them."""

    def __init__(self, neighbours: Neighbours, clock: Clock, propagation: Propagation | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.neighbours = neighbours
        self.clock = clock
        self.propagation = propagation or Propagation()
        self.numbered: dict[int, AirController] = {}

    def send_advertising_pdu(self, sender_controller: Any, packet: Any) -> None:
        if isinstance(packet, ll.ConnectInd) or not isinstance(sender_controller, AirController):
            super().send_advertising_pdu(sender_controller, packet)
            return
        now = self.clock.now()
        if not any(controller.listens for controller in self.numbered.values()):
            return
        loop = asyncio.get_running_loop()
        for number, distance in self.neighbours(sender_controller.number, now):
            receiver = self.numbered.get(number)
            if receiver is None or receiver is sender_controller or not receiver.listens:
                continue
            # A second with one advert in it.
            came = self.propagation.heard((sender_controller.number, number), distance, now, now + 1, 1.0)
            if came:
                loop.call_soon(receiver.hear, packet, came[0][1], sender_controller.connectable)


class AirController(Controller):
    """A controller at the place of device `number`."""

    def __init__(self, number: int, link: AirLink) -> None:
        super().__init__(
            f"C{number}",
            link=link,
            public_address=f"F0:F1:F2:{number >> 16:02X}:{number >> 8 & 255:02X}:{number & 255:02X}",
        )
        self.number = number
        link.numbered[number] = self

    @property
    def listens(self) -> bool:
        return bool(self.le_scan_enable) or self.pending_le_connection is not None

    @property
    def connectable(self) -> bool:
        """Whether what is on the air invites to connect."""
        sets = (one.parameters.advertising_event_properties for one in self.advertising_sets.values() if one.parameters)
        return self.le_legacy_advertiser.enabled or any(int(properties) & 1 for properties in sets)

    def hear(self, packet: Any, rssi: int, connectable: bool) -> None:
        """One advert at `rssi` dBm as an HCI event, and the start of a connection somebody asked for."""
        if self.le_scan_enable:
            report = hci.HCI_LE_Extended_Advertising_Report_Event.Report(
                event_type=_LEGACY_CONNECTABLE if connectable else _LEGACY_NONCONN,
                address_type=packet.advertiser_address.address_type,
                address=packet.advertiser_address,
                primary_phy=hci.Phy.LE_1M,
                secondary_phy=0,
                advertising_sid=0xFF,
                tx_power=127,
                rssi=rssi,
                periodic_advertising_interval=0,
                direct_address_type=0,
                direct_address=hci.Address.ANY,
                data=packet.data,
            )
            self.send_hci_packet(hci.HCI_LE_Extended_Advertising_Report_Event([report]))
        pending = self.pending_le_connection
        if pending and pending.peer_address == packet.advertiser_address:
            self.create_le_connection(packet.advertiser_address)


class _Source:
    """The controller's events on their way to the host, a turn of the loop later, as a wire would have it."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def set_packet_sink(self, sink: Any) -> None:
        self._controller.set_packet_sink(AsyncPipeSink(sink))


def pipe(controller: Controller) -> tuple[Any, Any]:
    """(source, sink) by which a host in this process talks to `controller`; call it within the running loop."""
    return _Source(controller), AsyncPipeSink(controller)


def virtual_radio(link: AirLink, number: int, clock: Clock, advert_seconds: float = 0.25) -> HciRadio:
    """A radio over HCI to a controller of its own in `link`; call it within the running loop."""
    return HciRadio(pipe(AirController(number, link)), clock=clock, advert_seconds=advert_seconds)
