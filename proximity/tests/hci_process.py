"""Started by the test of two processes: `controllers [PORT PORT]` offers two, `device PORT NUMBER` uses one."""

import asyncio
import socket
import sys

from lachan_proximity.radio import Advert, SystemClock, gaen_advert, parse_advert
from lachan_proximity.radio.hci import HciRadio


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def controllers(fixed: list[int]) -> None:
    from bumble.transport import open_transport

    from lachan_proximity.radio.virtual_hci import AirController, AirLink

    link = AirLink(lambda number, _at: [(1 - number, 1.0)], SystemClock())
    ports = fixed or [free_port(), free_port()]
    kept = []
    for number, port in enumerate(ports):
        transport = await open_transport(f"tcp-server:127.0.0.1:{port}")
        controller = AirController(number, link)
        controller.set_packet_sink(transport.sink)
        transport.source.set_packet_sink(controller)
        kept.append((transport, controller))
    print(*ports)
    await asyncio.sleep(120)


async def device(port: str, number: int) -> None:
    """Prints the identifiers it heard within three seconds."""
    radio = HciRadio(f"tcp-client:127.0.0.1:{port}")
    await radio.open()
    await radio.advertise(Advert(gaen_advert(bytes([number]) * 16, bytes(4)), bytes([0x3A, 0, 0, 0, 0, number])))
    heard: set[str] = set()
    for _ in range(40):
        heard |= {found.identifier.hex() for report in await radio.scan(1) if (found := parse_advert(report.data))}
        if heard:
            break
    # The other one may have begun later and still listens.
    await asyncio.sleep(3)
    print(*heard)
    await radio.close()


if __name__ == "__main__":
    asyncio.run(
        controllers([int(port) for port in sys.argv[2:]])
        if sys.argv[1] == "controllers"
        else device(sys.argv[2], int(sys.argv[3]))
    )
