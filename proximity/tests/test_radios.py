"""One conformance suite for every radio, then what each has of its own."""

import asyncio
import os
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan_proximity.identifiers import Scheme, bluezone
from lachan_proximity.radio import (
    Ability,
    Advert,
    Radio,
    RadioError,
    RadioGoneError,
    bluezone_advert,
    gaen_advert,
    parse_advert,
)
from lachan_proximity.radio.adverts import bluezone_offer, offers_bluezone_read, structures
from lachan_proximity.radio.capture import CaptureError, event_reports, parse_capture, read_capture
from lachan_proximity.radio.replay import ReplayRadio
from lachan_proximity.radio.simulator import Air, SimulatedRadio
from lachan_proximity.radio.virtual_time import StoryStuckError, VirtualClock, run

START = 1_772_000_000.0
CAPTURE = "ble/captures/pcap_03.btsnoop"
Paths = Callable[[str], Path]
# Makes `count` radios of one kind, all 1 m apart; the third number on is out of reach.
Maker = Callable[[int], list[Radio]]


def one_metre(number: int, _at: float) -> Iterable[tuple[int, float]]:
    return [(other, 1.0) for other in range(2) if other != number] if number < 2 else []


def simulated(count: int) -> list[Radio]:
    air = Air(one_metre, VirtualClock(START))
    return [SimulatedRadio(air, number, {(bluezone.GATT_SERVICE, "c"): b"value"}) for number in range(count)]


def virtual(count: int) -> list[Radio]:
    from lachan_proximity.radio.virtual_hci import AirLink, virtual_radio

    clock = VirtualClock(START)
    link = AirLink(one_metre, clock)
    return [virtual_radio(link, number, clock) for number in range(count)]


def replayed(_count: int) -> list[Radio]:
    from conftest import vector_path

    return [ReplayRadio(vector_path(CAPTURE))]


@pytest.fixture(params=[simulated, virtual, replayed])
def make(request: pytest.FixtureRequest) -> Maker:
    return request.param  # type: ignore[no-any-return]


def play(story: Callable[[], Awaitable[None]]) -> None:
    async def told() -> None:
        await story()

    run(told())


def needs(radio: Radio, ability: Ability) -> None:
    if ability not in radio.abilities:
        pytest.skip(f"{type(radio).__name__} has no ability to {ability.value}")


ADVERT = Advert(gaen_advert(bytes(range(16)), b"\1\2\3\4"), bytes.fromhex("3a0102030405"))
OTHER = Advert(bluezone_advert(bytes(range(12))), bytes.fromhex("3b0102030405"))


def test_a_closed_radio_says_that_it_is_gone(make: Maker) -> None:
    async def story() -> None:
        radio = make(1)[0]
        with pytest.raises(RadioGoneError):
            await radio.scan(1)
        await radio.open()
        await radio.scan(1)
        await radio.close()
        await radio.close()
        with pytest.raises(RadioGoneError):
            await radio.scan(1)
        await radio.open()
        await radio.scan(1)
        await radio.close()

    play(story)


def test_a_scan_takes_its_time_and_reports_in_order_within_it(make: Maker) -> None:
    async def story() -> None:
        radios = make(2)
        for radio in radios:
            await radio.open()
        if Ability.ADVERTISE in radios[0].abilities:
            await radios[0].advertise(ADVERT)
        listener = radios[-1]
        start = listener.clock.now()
        heard = await listener.scan(4)
        assert 4 <= listener.clock.now() - start < 4.5
        assert heard
        times = [report.at for report in heard]
        assert times == sorted(times)
        assert start <= times[0] <= times[-1] < start + 4.5
        assert all(-127 <= report.rssi <= 20 and len(report.address) == 6 for report in heard)
        for radio in radios:
            await radio.close()

    play(story)


def test_what_is_advertised_is_heard_whole_and_only_near(make: Maker) -> None:
    async def story() -> None:
        radios = make(3)
        needs(radios[0], Ability.ADVERTISE)
        for radio in radios:
            await radio.open()
        await radios[0].advertise(ADVERT)
        near, far = await asyncio.gather(radios[1].scan(4), radios[2].scan(4))
        assert {(report.data, report.address) for report in near} == {(ADVERT.data, ADVERT.address)}
        assert 8 <= len(near) <= 18  # every 250 ms for 4 s, once each
        assert list(far) == []
        for radio in radios:
            await radio.close()

    play(story)


def test_data_and_address_change_together_and_silence_is_silence(make: Maker) -> None:
    async def story() -> None:
        sender, listener = (make(2) * 2)[:2]
        needs(sender, Ability.ADVERTISE)
        await sender.open()
        await listener.open()
        await sender.advertise(ADVERT)

        async def change() -> None:
            await sender.clock.sleep(2)
            await sender.advertise(OTHER)
            await sender.clock.sleep(2)
            await sender.advertise(None)

        heard, _none = await asyncio.gather(listener.scan(6), change())
        assert {(report.data, report.address) for report in heard} == {
            (ADVERT.data, ADVERT.address),
            (OTHER.data, OTHER.address),
        }
        assert max(report.at for report in heard) < START + 5
        await sender.close()
        await listener.close()

    play(story)


def test_a_closed_sender_is_silent(make: Maker) -> None:
    async def story() -> None:
        radios = make(2)
        needs(radios[0], Ability.ADVERTISE)
        for radio in radios:
            await radio.open()
        await radios[0].advertise(ADVERT)
        await radios[0].close()
        await radios[1].clock.sleep(1)
        assert list(await radios[1].scan(3)) == []
        await radios[1].close()

    play(story)


def test_reading_nobody_fails_in_time(make: Maker) -> None:
    async def story() -> None:
        radio = make(2)[0]
        await radio.open()
        start = radio.clock.now()
        with pytest.raises(RadioError):
            await radio.read(bytes(6), bluezone.GATT_SERVICE, bluezone.GATT_CHARACTERISTIC, within=3)
        assert radio.clock.now() - start < 4
        await radio.close()

    play(story)


def test_too_long_an_advert_is_refused() -> None:
    with pytest.raises(ValueError, match="31"):
        Advert(bytes(32), bytes(6))
    with pytest.raises(ValueError, match="6 bytes"):
        Advert(b"", bytes(5))


# Adverts.


def test_adverts_come_back_and_have_the_lengths_on_the_air() -> None:
    rpi, aem = bytes(range(16)), b"\xa1\xa2\xa3\xa4"
    assert gaen_advert(rpi, aem).hex() == "03036ffd17166ffd" + rpi.hex() + aem.hex()
    assert (len(gaen_advert(rpi, aem)), len(gaen_advert(rpi, aem, flags=True))) == (28, 31)
    heard = parse_advert(gaen_advert(rpi, aem, flags=True))
    assert heard is not None
    assert (heard.scheme, heard.identifier, heard.metadata) == (Scheme.GAEN, rpi, aem)
    heard = parse_advert(bluezone_advert(rpi[:12]))
    assert heard is not None
    assert (heard.scheme, heard.identifier) == (Scheme.BLUEZONE, rpi[:12])
    heard = parse_advert(bytes.fromhex("1316" + "68fd") + rpi)
    assert heard is not None
    assert (heard.scheme, heard.identifier) == (Scheme.DP3T, rpi)
    assert offers_bluezone_read(bluezone_offer())
    assert not offers_bluezone_read(gaen_advert(rpi, aem))
    assert parse_advert(bluezone_offer()) is None


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_any_advert_is_read_without_a_crash(data: bytes) -> None:
    parse_advert(data)
    offers_bluezone_read(data)
    assert sum(len(value) + 2 for _kind, value in structures(data)) <= len(data)


# Captures.


def test_the_real_capture(vectors: Paths) -> None:
    heard = [found for report in read_capture(vectors(CAPTURE)) if (found := parse_advert(report.data))]
    assert len(heard) == 10_530
    assert len({one.identifier for one in heard}) == 491
    assert {one.scheme for one in heard} == {Scheme.GAEN}


def test_the_real_capture_through_the_radio(vectors: Paths) -> None:
    async def story() -> None:
        radio = ReplayRadio(vectors(CAPTURE))
        await radio.open()
        identifiers = []
        while not radio.ended:
            identifiers += [one.identifier for report in await radio.scan(60) if (one := parse_advert(report.data))]
        assert (len(identifiers), len(set(identifiers))) == (10_530, 491)
        with pytest.raises(RadioError, match="cannot advertise"):
            await radio.advertise(ADVERT)

    asyncio.run(story())


def snoop(*packets: bytes, link: int = 1002) -> bytes:
    head = b"btsnoop\0" + struct.pack(">II", 1, link)
    return head + b"".join(struct.pack(">IIIIq", len(p), len(p), 3, 0, 0x00DCDDB30F2F8000) + p for p in packets)


def test_broken_captures_are_named(tmp_path: Path) -> None:
    for data, said in (
        (b"", "not a btsnoop"),
        (snoop(link=7), "link type 7"),
        (snoop(b"\4\x3e") + b"abc", "cut off"),
        (snoop(b"x" * 40)[:-3], "claims 40"),
    ):
        with pytest.raises(CaptureError, match=said):
            list(parse_capture(data))
    with pytest.raises(RadioError, match="cannot be read"):
        ReplayRadio(tmp_path / "nothing")


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=80), max_size=4), st.binary(max_size=40))
def test_any_capture_is_read_or_refused(packets: list[bytes], tail: bytes) -> None:
    with suppress(CaptureError):
        list(parse_capture(snoop(*packets) + tail))
    for packet in packets:
        body = bytes([0x3E, len(packet) + 1, 0x0D]) + packet
        list(event_reports(body, 0.0))
        list(event_reports(bytes([0x3E, len(packet) + 1, 0x02]) + packet, 0.0))


def test_legacy_and_extended_reports_alike() -> None:
    data, address = ADVERT.data, ADVERT.address[::-1]
    legacy = b"\x02\x01\x03\x01" + address + bytes([len(data)]) + data + b"\xb5"
    extended = (
        b"\x0d\x01\x10\x00\x01" + address + b"\x01\x00\xff\x7f\xb5\x00\x00\x00" + bytes(6) + bytes([len(data)]) + data
    )
    for body in (legacy, extended):
        (report,) = event_reports(bytes([0x3E, len(body)]) + body, 5.0)
        assert (report.at, report.address, report.rssi, report.data, report.connectable) == (
            5.0,
            ADVERT.address,
            -75,
            data,
            False,
        )


# The simulator and real HCI.


def test_a_pulled_adapter_comes_back() -> None:
    async def story() -> None:
        sender, listener = simulated(2)
        assert isinstance(listener, SimulatedRadio)
        await sender.open()
        await listener.open()
        await sender.advertise(ADVERT)

        async def pull() -> None:
            await listener.clock.sleep(1)
            listener.pull()

        with pytest.raises(RadioGoneError):
            await asyncio.gather(listener.scan(4), pull())
        with pytest.raises(RadioGoneError):
            await listener.open()
        listener.plug()
        await listener.open()
        assert len(await listener.scan(4)) > 8

    play(story)


def test_a_simulated_value_is_read_once_found() -> None:
    async def story() -> None:
        sender, listener = simulated(2)
        await sender.open()
        await listener.open()
        await sender.advertise(OTHER)
        assert await listener.read(OTHER.address, bluezone.GATT_SERVICE, "c") == b"value"
        with pytest.raises(RadioError, match="no such"):
            await listener.read(OTHER.address, bluezone.GATT_SERVICE, "d")

    play(story)


def test_a_phone_that_cannot_advertise_its_identifier_is_read_over_hci() -> None:
    from bumble.device import Device
    from bumble.gatt import Characteristic, Service
    from bumble.hci import Address

    from lachan_proximity.radio.virtual_hci import AirController, AirLink, pipe, virtual_radio

    async def story() -> None:
        clock = VirtualClock(START)
        link = AirLink(one_metre, clock)
        source, sink = pipe(AirController(0, link))
        phone = Device.with_hci("Bluezone", Address("3C:01:02:03:04:05"), source, sink)
        value = Characteristic(
            bluezone.GATT_CHARACTERISTIC, Characteristic.Properties.READ, Characteristic.READABLE, bytes(range(12))
        )
        phone.add_service(Service(bluezone.GATT_SERVICE, [value]))
        await phone.power_on()
        await phone.start_advertising(advertising_data=bluezone_offer(), auto_restart=True)
        radio = virtual_radio(link, 1, clock)
        await radio.open()
        reports = [report for report in await radio.scan(2) if offers_bluezone_read(report.data)]
        assert reports
        assert reports[0].connectable
        found = await radio.read(reports[0].address, bluezone.GATT_SERVICE, bluezone.GATT_CHARACTERISTIC)
        assert found == bytes(range(12))
        await radio.close()

    play(story)


def test_two_processes_hear_each_other_over_hci(tmp_path: Path) -> None:
    """Two devices, each a process of its own with real time and real sockets, at one pair of controllers over TCP."""
    script = Path(__file__).with_name("hci_process.py")
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}

    def start(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(script), *words], stdout=subprocess.PIPE, text=True, env=environment
        )

    controllers = start("controllers")
    devices: list[subprocess.Popen[str]] = []
    try:
        assert controllers.stdout is not None
        ports = controllers.stdout.readline().split()
        devices = [start("device", port, str(nth)) for nth, port in enumerate(ports)]
        said = [device.communicate(timeout=60)[0].split() for device in devices]
        assert [device.returncode for device in devices] == [0, 0]
    finally:
        for process in (controllers, *devices):
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
    assert said[0][0] == (bytes([1]) * 16).hex()
    assert said[1][0] == (bytes([0]) * 16).hex()


def test_a_story_that_waits_for_nothing_is_stuck() -> None:
    async def story() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(StoryStuckError):
        run(story())
