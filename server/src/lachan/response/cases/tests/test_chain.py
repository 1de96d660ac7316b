"""The chain as a picture: well-formed, whole, without inline style; and as a table."""

import csv
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lachan.response.cases.chain import ChainCase, Words, draw, generations, graph_of, rows
from lachan.testing.vectors import vectors

# A busy machine is no failure.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

WORDS = Words("Chuỗi <lây>", "Thế hệ {n}", "Chưa rõ", "Ca {number} {day} {infected}", "Một câu")
SVG = "{http://www.w3.org/2000/svg}"


def cases_of(infectors: list[int], days: list[int]) -> list[ChainCase]:
    """Case n may be infected by any case before it."""
    return [
        ChainCase(f"ĐN-{n:04d}", date(2026, 1, 1) + timedelta(days=day), f"ĐN-{above % n:04d}" if above % n else None)
        for n, (above, day) in enumerate(zip(infectors, days, strict=True), start=1)
    ]


@PATIENT
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 90)), min_size=1, max_size=40))
def test_every_case_and_every_link_is_drawn_inside_the_picture(pairs: list[tuple[int, int]]) -> None:
    cases = cases_of([p[0] for p in pairs], [p[1] for p in pairs])
    root = ET.fromstring(draw(cases, WORDS))  # noqa: S314  our own text
    circles = list(root.iter(f"{SVG}circle"))
    assert len(circles) == len(cases)
    assert len(list(root.iter(f"{SVG}path"))) == sum(1 for c in cases if c.infector)
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    spots = [(float(c.get("cx", -1)), float(c.get("cy", -1))) for c in circles]
    assert all(0 < x < width and 0 < y < height for x, y in spots)
    assert len(set(spots)) == len(spots)


@PATIENT
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 90)), min_size=1, max_size=40))
def test_a_generation_is_its_infectors_plus_one(pairs: list[tuple[int, int]]) -> None:
    cases = cases_of([p[0] for p in pairs], [p[1] for p in pairs])
    level = generations(graph_of(cases))
    for case in cases:
        if case.infector:
            assert level[case.number] == level[case.infector] + 1


def test_pages_may_show_it_under_a_strict_policy() -> None:
    svg = draw(cases_of([0, 1, 1], [0, 4, 5]), WORDS)
    assert "style" not in svg
    assert "&lt;lây&gt;" in svg
    assert 'role="img"' in svg


def test_the_table_says_the_same() -> None:
    cases = cases_of([0, 1, 1, 0], [0, 4, 5, 2])
    table = rows(cases)
    assert [(r.number, r.generation, r.infected) for r in table] == [
        ("ĐN-0001", 0, 2),
        ("ĐN-0002", 1, 0),
        ("ĐN-0003", 1, 0),
        ("ĐN-0004", None, 0),
    ]


def test_circles_and_strangers_are_refused() -> None:
    day = date(2026, 1, 1)
    with pytest.raises(ValueError, match="circle"):
        draw([ChainCase("1", day, "2"), ChainCase("2", day, "1")], WORDS)
    with pytest.raises(ValueError, match="not among the cases"):
        draw([ChainCase("1", day, "9")], WORDS)
    with pytest.raises(ValueError, match="no cases"):
        draw([], WORDS)


def test_the_simulated_ebola_outbreak_is_drawn_and_its_generations_are_right() -> None:
    path = vectors("outbreaks", "ebola_sim_clean__contacts.csv")
    infector = {r["case_id"]: r["infector"] for r in csv.DictReader(path.open(encoding="utf-8"))}
    table = list(csv.DictReader(vectors("outbreaks", "ebola_sim_clean__linelist.csv").open(encoding="utf-8")))
    generation = {r["case_id"]: int(r["generation"]) for r in table}
    links = {infected: by for infected, by in infector.items() if by in generation and infected in generation}
    cases = [ChainCase(i, date.fromisoformat(r["date_of_onset"]), links.get(i)) for r in table for i in [r["case_id"]]]
    root = ET.fromstring(draw(cases, WORDS))  # noqa: S314  our own text
    assert len(list(root.iter(f"{SVG}circle"))) == 5829
    assert len(list(root.iter(f"{SVG}path"))) == len(links) == 2116
    level = generations(graph_of(cases))
    assert all(level[infected] == level[by] + 1 for infected, by in links.items())
    # The list's own generations agree with its links for all but two of them.
    assert sum(1 for infected, by in links.items() if generation[infected] == generation[by] + 1) == 2114
