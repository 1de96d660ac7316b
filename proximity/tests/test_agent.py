"""Agents in worlds: sixty meet on a timetable and find each other; bad days are survived and said."""

import asyncio
import random
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from lachan_proximity.agent import Agent, Settings, State
from lachan_proximity.agent.core import run_for
from lachan_proximity.calibration import Calibration
from lachan_proximity.encounters import encounters, scans_of
from lachan_proximity.exposures import check
from lachan_proximity.identifiers import Scheme, bluezone, gaen
from lachan_proximity.keyfile import Export, KeyBatch, ReportType
from lachan_proximity.radio import Advert, Radio, bluezone_advert
from lachan_proximity.radio.adverts import bluezone_offer
from lachan_proximity.radio.propagation import Propagation
from lachan_proximity.radio.simulator import Air, SimulatedRadio
from lachan_proximity.radio.virtual_time import VirtualClock, run
from lachan_proximity.risk import RiskLevel, RiskProfile
from lachan_proximity.sightings import Sightings, Vault, coverage, retention

START = 20_510 * 86_400 + 3 * 3600.0  # 10:00 in Viet Nam
CALIBRATION = Calibration(0.0, Propagation.tx_power, 3)
SETTINGS = Settings(calibration=CALIBRATION)
PROFILE = RiskProfile.parse(
    {
        "name": "test",
        "minutesAtAttenuationWeights": [{"attenuationRange": {"min": 0, "max": 63}, "weight": 1}],
        "normalizedTimePerEWToRiskLevelMapping": [{"normalizedTimeRange": {"min": 0, "max": 9999}, "riskLevel": 1}],
        "normalizedTimePerDayToRiskLevelMapping": [{"normalizedTimeRange": {"min": 15, "max": 9999}, "riskLevel": 2}],
        "transmissionRiskValueMapping": [{"transmissionRiskLevel": n, "transmissionRiskValue": 1} for n in range(1, 9)],
        "trlEncoding": {
            "infectiousnessOffsetStandard": 1,
            "infectiousnessOffsetHigh": 2,
            "reportTypeOffsetRecursive": 0,
            "reportTypeOffsetSelfReport": 2,
            "reportTypeOffsetConfirmedClinicalDiagnosis": 4,
            "reportTypeOffsetConfirmedTest": 6,
        },
    }
)


class Timetable:
    """Meetings as (start, end, devices, metres), minutes since START; nobody meets two groups at once."""

    def __init__(self, meetings: list[tuple[float, float, tuple[int, ...], float]]) -> None:
        self.meetings = meetings

    def __call__(self, number: int, at: float) -> Iterable[tuple[int, float]]:
        minute = (at - START) / 60
        for start, end, devices, metres in self.meetings:
            if start <= minute < end and number in devices:
                return [(other, metres) for other in devices if other != number]
        return []

    def truth(self, one: int) -> dict[int, list[tuple[float, float]]]:
        found: dict[int, list[tuple[float, float]]] = {}
        for start, end, devices, _metres in self.meetings:
            if one in devices:
                for other in devices:
                    if other != one:
                        found.setdefault(other, []).append((start, end))
        return found


def timetable(devices: int, minutes: int, seed: int) -> Timetable:
    """Groups of two to six for ten minutes and more, a quarter of an hour of solitude between two of them."""
    draw = random.Random(seed)
    meetings = []
    start = 5.0
    while start + 12 < minutes:
        end = start + draw.uniform(12, min(40, minutes - start))
        left = draw.sample(range(devices), devices)
        while len(left) >= 2:
            size = min(draw.randint(2, 6), len(left))
            meetings.append((start, end, tuple(left[:size]), draw.uniform(0.5, 1.5)))
            left = left[size:]
        start = end + 15
    return Timetable(meetings)


def store_in(folder: Path, number: int) -> Sightings:
    return Sightings(folder / f"{number}.sqlite", Vault(folder / f"{number}.json"))


def published(agent: Agent) -> Export:
    keys = KeyBatch.of(agent.store.own_keys(), ReportType.CONFIRMED_TEST, [0] * len(agent.store.own_keys()))
    return Export(0, 1, "VN", keys)


def play_day(radios: Any, folder: Path, count: int, minutes: int) -> list[Agent]:
    async def story() -> list[Agent]:
        agents = [
            Agent(radio, store_in(folder, number), SETTINGS, seed=number) for number, radio in enumerate(radios(count))
        ]
        await asyncio.gather(*(run_for(agent, minutes * 60) for agent in agents))
        return agents

    return run(story())


def assert_contacts_equal_the_truth(agents: list[Agent], plan: Timetable, cases: Iterable[int]) -> None:
    """Found are exactly those who met; the true minutes of each meeting lie between certain and possible, ± a scan."""
    for case in cases:
        truth = plan.truth(case)
        export = published(agents[case])
        for number, agent in enumerate(agents):
            if number == case:
                continue
            checked = check(agent.store, [export], PROFILE, today=20_510, receiver=CALIBRATION)
            found = [encounter for exposure in checked.exposures for encounter, _estimate in exposure.encounters]
            expected = truth.get(number, [])
            assert len(found) == len(expected), (case, number, found, expected)
            for encounter, (start, end) in zip(sorted(found, key=lambda one: one.start), expected, strict=True):
                assert START + start * 60 <= encounter.start
                assert encounter.end <= START + end * 60 + 5
                assert encounter.certain <= end - start + 0.1
                assert end - start <= encounter.possible + 0.2


def test_sixty_simulated_devices_find_whom_they_met(tmp_path: Path) -> None:
    plan = timetable(60, 150, 1)

    def radios(count: int) -> list[Radio]:
        air = Air(plan, VirtualClock(START))
        return [SimulatedRadio(air, number) for number in range(count)]

    agents = play_day(radios, tmp_path, 60, 150)
    assert_contacts_equal_the_truth(agents, plan, range(0, 60, 4))
    assert all(agent.status.state == State.STOPPED for agent in agents)
    assert all(coverage.share(agent.store, START, START + 7200) > 0.99 for agent in agents)


def test_sixty_devices_over_real_hci_find_whom_they_met(tmp_path: Path) -> None:
    from lachan_proximity.radio.virtual_hci import AirLink, virtual_radio

    plan = timetable(60, 40, 2)

    def radios(count: int) -> list[Radio]:
        clock = VirtualClock(START)
        link = AirLink(plan, clock)
        return [virtual_radio(link, number, clock, advert_seconds=1.0) for number in range(count)]

    agents = play_day(radios, tmp_path, 60, 40)
    assert_contacts_equal_the_truth(agents, plan, range(0, 60, 6))


def two(meetings: list[tuple[float, float, tuple[int, ...], float]], folder: Path) -> tuple[Agent, Agent, Air]:
    air = Air(Timetable(meetings), VirtualClock(START))
    agents = [Agent(SimulatedRadio(air, n), store_in(folder, n), SETTINGS, seed=n) for n in range(2)]
    return agents[0], agents[1], air


def test_the_risk_and_its_reason_from_end_to_end(tmp_path: Path) -> None:
    one, other, _air = two([(0, 40, (0, 1), 1.0)], tmp_path)

    async def story() -> None:
        await asyncio.gather(run_for(one, 3000), run_for(other, 3000))

    run(story())
    checked = check(other.store, [published(one)], PROFILE, today=20_510, receiver=CALIBRATION)
    assert checked.result.total == RiskLevel.HIGH
    assert checked.near is not None
    (exposure,) = checked.exposures
    assert exposure.key in one.store.own_keys()
    assert 2 <= len(exposure.windows) <= 3
    assert all(len(window.scans) <= 9 for window in exposure.windows)
    revoked = published(one)
    gone = Export(0, 1, "VN", KeyBatch.empty(), KeyBatch.of(one.store.own_keys(), ReportType.REVOKED))
    assert check(other.store, [revoked, gone], PROFILE, today=20_510).exposures == ()


def test_identifier_and_address_rotate_together_every_ten_minutes(tmp_path: Path) -> None:
    one, _other, air = two([], tmp_path)
    said: list[tuple[float, Advert]] = []
    radio = air.radios[0]
    speak = radio.advertise

    async def listen(advert: Advert | None) -> None:
        if advert is not None:
            said.append((air.clock.now(), advert))
        await speak(advert)

    radio.advertise = listen  # type: ignore[method-assign]
    run(run_for(one, 6000))
    assert 10 <= len(said) <= 12
    assert len({advert.data for _at, advert in said}) == len({advert.address for _at, advert in said}) == len(said)
    for at, advert in said[1:]:
        assert at % 600 < 5
        assert advert.address[0] >> 6 == 0
        interval = gaen.interval_of(at)
        (key,) = one.store.own_keys()
        assert gaen.identifier(key, interval) in advert.data


def test_a_pulled_adapter_is_said_recorded_and_left_behind(tmp_path: Path) -> None:
    one, other, air = two([(0, 60, (0, 1), 1.0)], tmp_path)
    states = []

    async def story() -> None:
        async def pull() -> None:
            await asyncio.sleep(600)
            air.radios[1].pull()
            await asyncio.sleep(900)
            states.append((other.status.state, other.status.note))
            air.radios[1].plug()
            await asyncio.sleep(400)
            states.append((other.status.state, other.status.note))

        await asyncio.gather(run_for(one, 3600), run_for(other, 3600), pull())

    run(story())
    assert states == [(State.ADAPTER_GONE, "the adapter is not there"), (State.LISTENING, "")]
    hour = coverage.hours(other.store, START, START + 3600)[0]
    assert hour.fault == "the adapter is not there"
    assert 2000 < hour.covered < 2750
    found = [
        e for key, kept in other.store.find_keys(one.store.own_keys()).items() for e in encounters(scans_of(key, kept))
    ]
    assert len(found) == 2  # before and after: the hole is a hole


def test_a_full_disk_loses_nothing_that_fits_in_memory(tmp_path: Path) -> None:
    one, other, _air = two([(0, 60, (0, 1), 1.0)], tmp_path)
    seen = []

    async def story() -> None:
        async def fill() -> None:
            await asyncio.sleep(400)
            write = other.store.add

            def full(_heard: Any) -> int:
                raise sqlite3.OperationalError("database or disk is full")

            other.store.add = full  # type: ignore[method-assign]
            await asyncio.sleep(1200)
            seen.append((other.status.state, other.status.waiting))
            other.store.add = write  # type: ignore[method-assign]

        await asyncio.gather(run_for(one, 3600), run_for(other, 3600), fill())

    run(story())
    assert seen[0][0] == State.DISK_FULL
    assert seen[0][1] >= 4
    assert other.status.waiting == 0
    found = [
        e for key, kept in other.store.find_keys(one.store.own_keys()).items() for e in encounters(scans_of(key, kept))
    ]
    assert len(found) == 1
    assert found[0].certain > 45


def test_a_restart_keeps_the_day_s_key_and_a_clock_that_jumps_is_counted(tmp_path: Path) -> None:
    one, _other, air = two([], tmp_path)
    run(run_for(one, 700))
    (key,) = one.store.own_keys()
    one.store.close()

    class Jumping(VirtualClock):
        jump = 0.0

        def now(self) -> float:
            return super().now() + self.jump

    clock = Jumping(START + 800)
    again = Agent(SimulatedRadio(Air(Timetable([]), clock), 0), store_in(tmp_path, 0), SETTINGS)

    async def story() -> None:
        async def jump() -> None:
            await asyncio.sleep(500)
            clock.jump = 86_400.0
            await asyncio.sleep(700)
            clock.jump = 0.0

        await asyncio.gather(run_for(again, 2000), jump())

    run(story())
    assert again.status.clock_jumps == 2
    assert again.store.own_keys() == [key, again.store.own_keys()[1]]
    assert again.store.own_keys()[1].start == key.start + 144
    assert air.clock is not clock


class Leaping(VirtualClock):
    leap = 0.0

    def now(self) -> float:
        return super().now() + self.leap


@pytest.mark.parametrize(("hours", "kept"), [(2, True), (9, False)])
def test_a_leap_of_the_clock_erases_nothing_until_it_has_held(tmp_path: Path, hours: float, kept: bool) -> None:
    clock = Leaping(START)
    air = Air(lambda number, _at: [(1 - number, 1.0)], clock)
    agents = [Agent(SimulatedRadio(air, n), store_in(tmp_path, n), SETTINGS, seed=n) for n in range(2)]

    async def story() -> int:
        async def leap() -> None:
            await asyncio.sleep(3600)
            clock.leap = 400 * 86_400.0
            await asyncio.sleep(hours * 3600)
            clock.leap = 0.0

        await asyncio.gather(*(run_for(agent, (hours + 1.5) * 3600) for agent in agents), leap())
        return sum(sighting.at < START + 3600 for sighting in agents[0].store.all())

    assert (run(story()) > 5) == kept


def test_days_go_by_and_retention_holds(tmp_path: Path) -> None:
    air = Air(lambda number, _at: [(1 - number, 2.0)], VirtualClock(START))
    settings = Settings(scan_every=(3600, 3600), calibration=CALIBRATION)
    agents = [Agent(SimulatedRadio(air, n), store_in(tmp_path, n), settings, seed=n) for n in range(2)]

    async def story() -> None:
        await asyncio.gather(*(run_for(agent, 17 * 86_400) for agent in agents))

    run(story())
    now = START + 17 * 86_400
    proof = retention.prove(agents[0].store, now - 3600)
    assert proof.faults == []
    assert len(proof.runs) == 3
    assert agents[0].status.erased > 0
    assert len(agents[0].store.own_keys()) == 15


def test_a_bluezone_phone_is_heard_by_advert_and_by_reading(tmp_path: Path) -> None:
    air = Air(lambda number, _at: [(n, 1.0) for n in range(3) if n != number], VirtualClock(START))
    agent = Agent(SimulatedRadio(air, 0), store_in(tmp_path, 0), SETTINGS, seed=0)
    android = SimulatedRadio(air, 1)
    key = (bluezone.GATT_SERVICE, bluezone.GATT_CHARACTERISTIC)
    iphone = SimulatedRadio(air, 2, {key: b"iphone-12345"})

    async def story() -> None:
        for radio, data in ((android, bluezone_advert(b"android-1234")), (iphone, bluezone_offer())):
            await radio.open()
            await radio.advertise(Advert(data, bytes([0x3A, 0, 0, 0, 0, radio.number])))
        await run_for(agent, 1500)

    run(story())
    kept = list(agent.store.all())
    assert {(one.scheme, one.identifier) for one in kept} == {
        (Scheme.BLUEZONE, b"android-1234"),
        (Scheme.BLUEZONE, b"iphone-12345"),
    }
    assert 1 <= agent.status.reads <= 3  # once a slot of 15 minutes, not once a scan
    assert pytest.approx(START, abs=1600) == min(one.at for one in kept)
