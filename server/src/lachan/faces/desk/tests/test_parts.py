"""Where in a place people were: in the evidence of a contact, and in the answer to "who was there"."""

import io
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from lachan.faces.desk import parts
from lachan.faces.desk.tests.conftest import Story, text
from lachan.faces.desk.tests.test_visitors import question
from lachan.ground import audit
from lachan.register.places import actions as places
from lachan.register.places.models import Part
from lachan.response.tracing.actions import retrace
from lachan.systems.checkin.models import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def seated(story: Story) -> Story:
    """Hạnh sat at the case's table; Tín came in by the case's gate; the elder's place is not known."""
    with audit.acting(audit.system("tests")):
        (table,) = places.add_parts(place=story.market, kind="table", names=["Bàn 5"])
        (gate,) = places.add_parts(place=story.market, kind="gate", names=["Đông"])
        Visit.objects.filter(person=story.sick).update(parts=[table.pk, gate.pk])
        Visit.objects.filter(person=story.hanh).update(parts=[table.pk, gate.pk])
        Visit.objects.filter(person=story.tin).update(parts=[gate.pk])
        retrace(outbreak=story.outbreak, by=story.officer)
    return story


def test_the_table_and_the_panel_say_where_they_met(desk: Client, seated: Story) -> None:
    page = text(desk.get(seated.address()))
    assert "Chợ Đầu Cầu, cùng bàn 5, 38 phút" in page
    assert "Chợ Đầu Cầu, cùng cổng Đông, " in page
    panel = text(desk.get(seated.address(f"contacts/{seated.contact(seated.hanh).key}/")))
    assert "cùng bàn 5, ở gần nhau" in panel
    panel = text(desk.get(seated.address(f"contacts/{seated.contact(seated.tin).key}/")))
    assert "cùng cổng Đông, chưa rõ xa hay gần" in panel
    panel = text(desk.get(seated.address(f"contacts/{seated.contact(seated.elder).key}/")))
    assert "cùng bàn" not in panel and "Chợ Đầu Cầu" in panel


def test_who_was_there_says_where_in_the_place(desk: Client, seated: Story) -> None:
    page = text(desk.post(seated.address("visitors/"), question(seated)))
    assert "Chỗ trong nơi đó" in page and "<td>bàn 5, cổng Đông</td>" in page and "<td>–</td>" in page
    answer = desk.post(seated.address("visitors/"), question(seated) | {"form": "xlsx"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    column = rows[0].index("Chỗ trong nơi đó")
    assert sorted(row[column] for row in rows[1:])[-3:] == ["bàn 5, cổng Đông", "bàn 5, cổng Đông", "cổng Đông"]


def test_a_place_without_parts_has_no_empty_column(desk: Client, story: Story) -> None:
    assert "Chỗ trong nơi đó" not in text(desk.post(story.address("visitors/"), question(story)))


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("table", "Bàn 5", "bàn 5"),
        ("table", "5", "bàn 5"),
        ("gate", "Đông", "cổng Đông"),
        ("gate", "cổng Tây", "cổng Tây"),
        ("floor", "Khu hải sản", "khu hải sản"),
        ("floor", "2", "tầng 2"),
        ("coach", "Xe 43B-012.34", "xe 43B-012.34"),
        ("coach", "7", "toa 7"),
    ],
)
def test_a_part_is_named_as_one_says_it(kind: str, name: str, said: str) -> None:
    assert parts.named(Part(kind=kind, name=name)) == said


def test_a_part_that_is_gone_from_the_register_is_left_out(desk: Client, seated: Story) -> None:
    removed: Any = Part.objects.filter(place=seated.market)
    removed.delete()
    assert "Chợ Đầu Cầu 38 phút" in text(desk.get(seated.address()))
