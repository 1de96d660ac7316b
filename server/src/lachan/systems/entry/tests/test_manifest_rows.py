"""The columns and cells of carriers' lists, as carriers write them."""

from datetime import date

import pytest

from lachan.ground.platform.bulk import NoColumnError, Row
from lachan.systems.entry import manifest_rows
from lachan.systems.entry.manifest_rows import birth_typed

ON = date(2026, 11, 24)


def rows(head: str, *lines: str) -> list[Row]:
    table = [[cell.strip() for cell in line.split(",")] for line in (head, *lines)]
    return list(manifest_rows.judged(table, ON))


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("Họ và tên,Số giấy tờ,Ngày sinh,Quốc tịch,Số ghế", "KAEWMANEE SOMCHAI,AC 1234417,4/3/1988,THA,17c"),
        ("SURNAME,GIVEN NAMES,DOCUMENT NO.,DOB,NATIONALITY,SEAT", "KAEWMANEE,SOMCHAI,AC1234417,04MAR88,THA,17C"),
        (
            "last_name,first_name,passport_number,date_of_birth,nat,seat_no",
            "Kaewmanee,Somchai,ac1234417,19880304,THA,17C",
        ),
        (
            "Passenger Name,Travel-Document Number,Birth Date,Citizenship,Seat",
            "KAEWMANEE/SOMCHAI MR,AC1234417,1988-03-04,THA,17C",
        ),
    ],
)
def test_every_way_of_writing_a_list_is_read_alike(head: str, line: str) -> None:
    (row,) = rows(head, line)
    assert not row.faults
    values = row.values
    assert values["name_key"] == "kaewmanee somchai"
    assert (values["document"], values["birth_date"], values["seat_row"]) == ("AC1234417", date(1988, 3, 4), 17)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("04/03/1988", date(1988, 3, 4)),
        ("4.3.1988", date(1988, 3, 4)),
        ("1988-03-04T00:00", date(1988, 3, 4)),
        ("04-Mar-1988", date(1988, 3, 4)),
        ("04 March 1988", date(1988, 3, 4)),
        ("04MAR05", date(2005, 3, 4)),
        ("880304", date(1988, 3, 4)),
        ("31121988", date(1988, 12, 31)),
        # Two readings are no reading.
        ("010203", None),
        ("03/14/1988", None),
        ("30/2/1988", None),
        ("4/3/88", None),
        ("soon", None),
        ("1/1/1850", None),
        ("1/1/2030", None),
    ],
)
def test_a_birth_is_read_only_where_it_can_mean_one_day(typed: str, day: date | None) -> None:
    assert birth_typed(typed, ON) == day


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        (",AC12345,4/3/1988,1A", "name", "Ghi họ và tên"),
        ("A" * 101 + ",AC12345,4/3/1988,1A", "name", "100"),
        ("KAEWMANEE,%%%%,4/3/1988,1A", "document", "%%%%"),
        ("KAEWMANEE,AC12345,3/14/1988,1A", "birth", "3/14/1988"),
        ("KAEWMANEE,AC12345,1700,1A", "birth", "1700"),
        ("KAEWMANEE,AC12345,4/3/1988,front row", "seat", "17C"),
        ("KAEWMANEE,,,1A", "document", "để tìm tờ khai"),
    ],
)
def test_a_bad_cell_is_said_with_its_mend(line: str, column: str, says: str) -> None:
    (row,) = rows("Họ và tên,Số giấy tờ,Ngày sinh,Số ghế", line)
    assert [key for key, _mend in row.faults] == [column]
    assert says in row.faults[0][1]


def test_the_same_person_twice_in_a_list_is_said() -> None:
    first, second = rows("Name,Passport", "KAEWMANEE SOMCHAI,AC12345", "SOMCHAI KAEWMANEE,ac-12345")
    assert not first.faults
    assert "dòng 2" in second.faults[0][1]


def test_a_list_without_names_is_none() -> None:
    with pytest.raises(NoColumnError, match="Họ và tên"):
        rows("Passport,Seat", "AC12345,1A")
