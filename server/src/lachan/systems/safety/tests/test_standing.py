"""The status engine against a plain oracle on random histories, and by examples one can follow."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lachan.systems.safety.standing import HOME, History, Judged, Rhythm, Span, standing

RHYTHM = Rhythm(every_days=30, due_days=7, lapse_days=30, silent_days=5, by=time(7, 30), weekdays=frozenset(range(5)))


def at(day: int, clock: str = "06:40") -> datetime:
    """A moment of March 2026 in Viet Nam; the 2nd is a Monday."""
    return datetime.combine(date(2026, 3, 1), time.fromisoformat(clock), HOME) + timedelta(days=day - 1)


def known(
    *committed: datetime, judged: tuple[Judged, ...] = (Judged(at(1), "safe"),), **more: tuple[Span, ...]
) -> History:
    return History(joined=at(1, "00:00"), committed=committed, judged=judged, **more)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (at(2, "06:00"), "due"), (at(2, "06:40"), "safe"), (at(2, "23:59"), "safe"), (at(3, "00:00"), "due"),
        (at(3, "07:29"), "due"), (at(3, "07:30"), "late"), (at(4, "05:00"), "late"), (at(7, "12:00"), "late"),
        # Five open days without a word: 3, 4, 5, 6 and, after the week-end, 9.
        (at(9, "07:29"), "late"), (at(9, "07:30"), "none"),
    ],
)  # fmt: skip
def test_it_decays(now: datetime, state: str) -> None:
    assert standing(known(at(2)), RHYTHM, now).state == state


def test_a_weekend_asks_for_nothing() -> None:
    assert standing(known(at(6)), RHYTHM, at(8, "12:00")).state == "safe"
    assert standing(known(at(6)), RHYTHM, at(9, "06:00")).state == "due"


def test_without_an_assessment_nothing_is_known() -> None:
    assert standing(known(at(2), judged=()), RHYTHM, at(2, "08:00")).state == "none"


@pytest.mark.parametrize(
    ("days", "state"), [(29, "safe"), (30, "due"), (36, "due"), (37, "late"), (66, "late"), (67, "none")]
)
def test_an_assessment_grows_old(days: int, state: str) -> None:
    now = at(1 + days, "22:00")
    assert standing(known(now - timedelta(hours=1)), RHYTHM, now).state == state


def test_an_own_assessment_does_not_clear_what_an_inspector_found() -> None:
    found = Judged(at(3, "10:00"), "unsafe", inspected=True)
    own = Judged(at(3, "11:00"), "safe")
    it = standing(known(at(3), judged=(found, own)), RHYTHM, at(3, "12:00"))
    assert (it.state, it.declared, it.inspected) == ("unsafe", "safe", "unsafe")
    again = Judged(at(3, "15:00"), "low", inspected=True)
    assert standing(known(at(3), judged=(found, own, again)), RHYTHM, at(3, "16:00")).state == "safe"


def test_an_inspection_clears_an_older_own_verdict() -> None:
    own, found = Judged(at(3, "09:00"), "unsafe"), Judged(at(3, "10:00"), "safe", inspected=True)
    assert standing(known(at(3), judged=(own, found)), RHYTHM, at(3, "12:00")).state == "safe"


def test_time_to_mend_runs_out() -> None:
    found = Judged(at(3, "10:00"), "low", inspected=True, mend_until=at(10, "10:00"))
    history = known(at(3), at(10), judged=(found,))
    assert standing(history, RHYTHM, at(10, "09:59")).state == "safe"
    assert standing(history, RHYTHM, at(10, "10:00")).state == "unsafe"
    mended = known(at(10), judged=(found, Judged(at(9), "safe")))
    assert standing(mended, RHYTHM, at(10, "10:00")).state == "safe"
    assert standing(mended, RHYTHM, at(10, "10:00")).inspected == "low"


def test_closed_for_the_season_asks_for_nothing_and_starts_anew() -> None:
    history = known(at(2), paused=(Span(at(3, "00:00"), at(16, "00:00")),))
    assert standing(history, RHYTHM, at(9, "12:00")).state == "paused"
    assert standing(history, RHYTHM, at(16, "06:00")).state == "due"
    assert standing(history, RHYTHM, at(16, "08:00")).state == "late"


def test_an_open_report_disputes_and_unsafe_is_worse() -> None:
    history = known(at(2), disputed=(Span(at(2, "08:00"), at(2, "18:00")),))
    assert standing(history, RHYTHM, at(2, "09:00")).state == "disputed"
    assert standing(history, RHYTHM, at(2, "18:00")).state == "safe"
    unsafe = known(at(2), judged=(Judged(at(1), "unsafe"),), disputed=(Span(at(2, "08:00")),))
    assert standing(unsafe, RHYTHM, at(2, "09:00")).state == "unsafe"


# ---------- the oracle: a diary written day by day ----------


def oracle(history: History, rhythm: Rhythm, now: datetime) -> str:
    """The status by walking through every day since joining, forwards."""
    if any(s.start <= now and (s.end is None or s.end > now) for s in history.paused):
        return "paused"
    ranks = ["safe", "low", "unsafe"]
    past = sorted((j for j in history.judged if j.at <= now), key=lambda j: (j.at, ranks.index(j.outcome)))
    inspection = assessment = None
    for one in past:
        if one.inspected:
            inspection = one
        else:
            assessment = one
    bad = False
    if inspection:
        expired = inspection.mend_until is not None and inspection.mend_until <= now
        cleared = assessment is not None and assessment.at > inspection.at and assessment.outcome == "safe"
        bad |= inspection.outcome == "unsafe" or (inspection.outcome == "low" and expired and not cleared)
    if assessment and not (inspection and inspection.at >= assessment.at):
        expired = assessment.mend_until is not None and assessment.mend_until <= now
        bad |= assessment.outcome == "unsafe" or (assessment.outcome == "low" and expired)
    if bad:
        return "unsafe"
    if any(s.start <= now and (s.end is None or s.end > now) for s in history.disputed):
        return "disputed"
    misses, daily = 0, "safe"
    day, today = history.joined.astimezone(HOME).date(), now.astimezone(HOME).date()
    days = {c.astimezone(HOME).date() for c in history.committed if c <= now}
    while day <= today:
        due = datetime.combine(day, rhythm.by, HOME)
        rests = day.weekday() not in rhythm.weekdays
        shut = any(s.start <= due and (s.end is None or s.end > due) for s in history.paused)
        daily = "safe" if misses == 0 else "late"
        if day in days:
            misses, daily = 0, "safe"
        elif not rests and not shut and due >= history.joined:
            if due <= now:
                misses += 1
                daily = "late"
            elif misses == 0:
                daily = "due"
        day += timedelta(days=1)
    if misses >= rhythm.silent_days:
        daily = "none"
    periodic = "none"
    if past:
        age = (today - past[-1].at.astimezone(HOME).date()).days
        periodic = "safe"
        for limit, word in ((0, "due"), (rhythm.due_days, "late"), (rhythm.due_days + rhythm.lapse_days, "none")):
            if age >= rhythm.every_days + limit:
                periodic = word
    order = ["safe", "due", "late", "none"]
    return order[max(order.index(daily), order.index(periodic))]


START = datetime(2026, 2, 25, tzinfo=UTC)
moments = st.integers(0, 40 * 24 * 4).map(lambda quarter: START + timedelta(minutes=15 * quarter))
spans = st.builds(
    lambda start, hours: Span(start, None if hours is None else start + timedelta(hours=hours)),
    moments,
    st.none() | st.integers(1, 200),
)
judgements = st.builds(
    lambda moment, outcome, inspected, days: Judged(
        moment, outcome, inspected, moment + timedelta(days=days) if outcome == "low" and days else None
    ),
    moments,
    st.sampled_from(["safe", "safe", "safe", "low", "unsafe"]),
    st.booleans(),
    st.none() | st.integers(1, 9),
)
histories = st.builds(
    History,
    joined=st.just(START) | moments,
    committed=st.lists(moments, max_size=30).map(tuple),
    judged=st.lists(judgements, max_size=4).map(tuple),
    paused=st.lists(spans, max_size=2).map(tuple),
    disputed=st.lists(spans, max_size=2).map(tuple),
)
rhythms = st.builds(
    Rhythm,
    every_days=st.integers(1, 20),
    due_days=st.integers(1, 5),
    lapse_days=st.integers(1, 10),
    silent_days=st.integers(1, 6),
    by=st.sampled_from([time(0, 15), time(7, 30), time(23, 45)]),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
)


@settings(max_examples=300, deadline=None)
@given(histories, rhythms, moments)
def test_equals_the_oracle(history: History, rhythm: Rhythm, now: datetime) -> None:
    assert standing(history, rhythm, now).state == oracle(history, rhythm, now)


@settings(max_examples=100, deadline=None)
@given(histories, rhythms, moments, st.floats(0, 1))
def test_nothing_changes_before_it_says_so(history: History, rhythm: Rhythm, now: datetime, share: float) -> None:
    first = standing(history, rhythm, now)
    assert now < first.next_at <= now + timedelta(days=1)
    between = now + (first.next_at - now) * share * 0.999
    later = standing(history, rhythm, between)
    assert (later.state, later.outcome) == (first.state, first.outcome)


@settings(max_examples=100, deadline=None)
@given(histories, rhythms, moments, st.randoms())
def test_the_order_of_arrival_is_irrelevant(history: History, rhythm: Rhythm, now: datetime, random: object) -> None:
    def mixed(rows: tuple[object, ...]) -> tuple[object, ...]:
        copy = list(rows)
        random.shuffle(copy)  # type: ignore[attr-defined]
        return tuple(copy)

    other = History(
        history.joined, *(mixed(rows) for rows in (history.committed, history.judged, history.paused, history.disputed))
    )  # type: ignore[arg-type]
    assert standing(other, rhythm, now) == standing(history, rhythm, now)
