"""Slots, what escalates, and the follow-up lengths against the facts they come from."""

import csv
from datetime import date, datetime
from decimal import Decimal

import pytest

from lachan.response.care import rules
from lachan.testing.vectors import vectors


def test_the_lengths_are_those_of_the_source() -> None:
    path = vectors("sormas", "disease_followup_days.csv")
    with path.open(encoding="utf-8") as rows:
        given = {row["disease"]: int(row["followup_days"]) for row in csv.DictReader(rows)}
    assert rules.rules().follow_up_days == given
    assert rules.default_days("covid19") == 14
    assert rules.default_days("measles") == 21
    assert rules.default_days("something-new") == given["OTHER"]


def test_slots_are_of_viet_nam_and_in_order() -> None:
    found = rules.slots(date(2026, 11, 1), date(2026, 11, 14), ["16:00", "08:00"])
    assert len(found) == 28
    assert found[0] == (
        datetime(2026, 11, 1, 8, tzinfo=rules.HOME),
        datetime(2026, 11, 1, 12, tzinfo=rules.HOME),
    )
    assert found[0][0].isoformat() == "2026-11-01T08:00:00+07:00"
    assert [opens for opens, _closes in found] == sorted(opens for opens, _closes in found)


@pytest.mark.parametrize(
    ("temperature", "symptoms", "kind"),
    [
        ("37.9", [], ""),
        ("38.0", [], "fever"),
        ("36.5", ["cough"], ""),
        ("36.5", ["breath"], "severe"),
        ("39.0", ["drowsy"], "severe"),
        (None, None, ""),
    ],
)
def test_what_calls_an_officer(temperature: str | None, symptoms: list[str] | None, kind: str) -> None:
    assert rules.escalates(None if temperature is None else Decimal(temperature), symptoms) == kind
