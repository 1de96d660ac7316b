"""A city at once agrees with the radio it stands for, with its own truth, and with itself."""

import numpy as np
import pytest

from lachan_proximity.city import Duty, Stays, meetings, ordinary_day, simulate, truth
from lachan_proximity.encounters import Heard, encounters
from lachan_proximity.radio.propagation import Propagation

AIR = Propagation()


def pair(metres: float, seconds: float = 3600.0, start: float = 0.0) -> Stays:
    return Stays(
        device=np.array([0, 1]),
        place=np.array([7, 7]),
        start=np.array([start, 0.0]),
        end=np.array([seconds, seconds]),
        x=np.array([0.0, metres]),
        y=np.zeros(2),
    )


@pytest.mark.parametrize("metres", [0.5, 2.0, 8.0, 20.0])
def test_as_strong_and_as_often_as_the_simulated_radio(metres: float) -> None:
    scans = simulate(pair(metres, 500_000.0), seed=3)
    one_way = scans.receiver == 1
    listened = 500_000 / 255
    readings, heard = [], 0
    for n in range(1200):
        came = AIR.heard((0, 1), metres, n * 900.0, n * 900.0 + 4)
        heard += bool(came)
        readings += [AIR.tx_power - rssi for _at, rssi in came]
    assert one_way.sum() / listened == pytest.approx(heard / 1200, abs=0.06)
    mean = np.average(scans.attenuation[one_way], weights=scans.count[one_way])
    assert mean == pytest.approx(np.mean(readings), abs=2.0)


def test_joined_scans_equal_the_encounters_of_a_device() -> None:
    scans = simulate(ordinary_day(120, seed=5), seed=6)
    found = meetings(scans)
    rows: dict[tuple[int, int], list[Heard]] = {}
    for receiver, sender, at, gap in zip(scans.receiver, scans.sender, scans.at, scans.gap, strict=True):
        rows.setdefault((int(receiver), int(sender)), []).append(Heard(float(at), min(gap, 300), (50,)))
    expected = sorted(
        (*pair_, one.start, round(one.certain, 6), round(one.possible, 6))
        for pair_, heard in rows.items()
        for one in encounters(heard)
    )
    got = sorted(
        zip(
            found.receiver.tolist(),
            found.sender.tolist(),
            found.start.tolist(),
            np.round(found.certain, 6).tolist(),
            np.round(found.possible, 6).tolist(),
            strict=True,
        )
    )
    assert got == expected
    assert len(got) > 300


def test_nobody_hears_another_place_or_another_time() -> None:
    stays = ordinary_day(200, seed=1)
    scans = simulate(stays, seed=2)
    for receiver, sender, at in list(zip(scans.receiver, scans.sender, scans.at, strict=True))[::97]:
        here = [
            {int(place) for place in stays.place[(stays.device == who) & (stays.start <= at) & (stays.end >= at + 4)]}
            for who in (receiver, sender)
        ]
        assert here[0] & here[1]
    assert (scans.receiver != scans.sender).all()


def test_the_same_seed_is_the_same_day_and_another_is_another() -> None:
    stays = ordinary_day(100, seed=1)
    one, again, other = simulate(stays, seed=2), simulate(stays, seed=2), simulate(stays, seed=3)
    assert np.array_equal(one.at, again.at)
    assert np.array_equal(one.attenuation, again.attenuation)
    assert len(one.at) != len(other.at) or not np.array_equal(one.at, other.at)


def test_truth_adds_up_the_time_of_a_pair() -> None:
    assert truth(pair(1.9, 1000, 99)) == {(0, 1)}
    assert truth(pair(1.9, 1000, 101)) == set()
    assert truth(pair(2.1, 9000)) == set()
    two = [pair(1.0, 500), pair(1.0, 500)]
    joined = Stays(*(np.concatenate([getattr(part, name) for part in two]) for name in Stays.__dataclass_fields__))
    again = Stays(joined.device, np.array([7, 7, 8, 8]), joined.start, joined.end, joined.x, joined.y)
    assert truth(again) == {(0, 1)}


def test_an_empty_city() -> None:
    alone = ordinary_day(100, seed=1).take(np.array([0]))
    scans = simulate(alone, seed=1, duty=Duty())
    assert len(scans.at) == 0
    assert len(meetings(scans).start) == 0
