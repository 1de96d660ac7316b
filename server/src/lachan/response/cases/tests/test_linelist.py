"""Line lists: what is read, what is refused and with which words, and the real ones."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lachan.register.people.models import Person
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.cases import actions, queries
from lachan.response.cases.chain import generations, graph_of
from lachan.response.cases.importing import UnreadableFile, import_content, import_line_list
from lachan.response.cases.linelist import LineListError, decode, parse
from lachan.response.cases.models import Case, Outbreak
from lachan.testing.vectors import vectors

# A busy machine is no failure.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

TODAY = date(2026, 11, 24)


@pytest.fixture
def outbreak(area_tree: Any) -> Outbreak:
    load_profiles()
    return actions.open_outbreak(
        disease=Disease.objects.get(pk="measles"), name="Sởi Hagelloch", area=area_tree.danang, by=None
    )


def codes(text: str) -> list[tuple[int, str, str]]:
    return [(r.row, r.column, r.code) for r in parse(text, today=TODAY).rejects]


def test_hagelloch_1861_imports_whole(outbreak: Outbreak) -> None:
    path = vectors("outbreaks", "measles_hagelloch_1861.csv")
    report = import_line_list(path, outbreak=outbreak, keep_good=False, dry_run=False, by=None)
    assert (report.rows, report.new, report.links, report.rejects) == (188, 188, 184, [])
    assert report.numbers[-1] == "ĐN-0188"
    assert {"family_ID", "x_loc"} <= set(report.ignored)
    assert Case.objects.filter(outbreak=outbreak).exclude(infector=None).count() == 184
    # The largest number infected by one case, and the first rash, as the published data say.
    infected = [Case.objects.filter(infector=case).count() for case in Case.objects.filter(outbreak=outbreak)]
    assert max(infected) == 30
    assert Case.objects.get(line_id="45").onset_on == date(1861, 11, 13)
    again = import_line_list(path, outbreak=outbreak, keep_good=False, dry_run=False, by=None)
    assert (again.new, again.known) == (0, 188)
    assert Case.objects.filter(outbreak=outbreak).count() == 188
    level = generations(graph_of(queries.chain_of(outbreak)))
    # Four cases have no known source; one of them infected nobody and stands alone.
    assert sum(1 for generation in level.values() if generation == 0) == 3
    assert len(level) == 187


def test_simulated_ebola_generations() -> None:
    source = vectors("outbreaks", "ebola_sim_clean__contacts.csv")
    infector = {r["case_id"]: r["infector"] for r in csv.DictReader(source.open(encoding="utf-8"))}
    table = list(csv.DictReader(vectors("outbreaks", "ebola_sim_clean__linelist.csv").open(encoding="utf-8")))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["case_id", "infector", "date_of_onset"])
    writer.writerows([r["case_id"], infector.get(r["case_id"], ""), r["date_of_onset"]] for r in table)
    found = parse(out.getvalue(), today=TODAY)
    # Many links name an infector who is not in the list; whoever those cases infected cannot be placed either.
    listed = {r["case_id"] for r in table}
    missing = {r["case_id"] for r in table if infector.get(r["case_id"], r["case_id"]) not in listed}
    assert found.rows == 5829 == len(found.lines) + len(found.rejects)
    assert sum(1 for r in found.rejects if r.code == "unknown") == len(missing) > 1000
    assert {r.code for r in found.rejects} == {"unknown", "lost"}
    position = {line.id: n for n, line in enumerate(found.lines)}
    assert all(position[line.infector] < position[line.id] for line in found.lines if line.infector)


def test_a_dry_run_stores_nothing(outbreak: Outbreak) -> None:
    report = import_content(
        b"case_id,infector,onset\n1,,2026-11-01\n2,1,2026-11-05\n",
        outbreak=outbreak,
        keep_good=True,
        dry_run=True,
        by=None,
    )
    assert (report.new, report.links, report.stored) == (2, 1, False)
    assert not Case.objects.exists()
    assert not Person.objects.exists()


BAD = """case_id,infector,date_of_onset,gender,age,name
1,,2026-11-01,f,30,An
2,9,2026-11-05,m,,
3,3,2026-11-05,,,
4,5,2026-11-05,,,
5,4,2026-11-06,,,
6,4,2026-11-07,,,
7,1,31/2/2026,,,
8,7,2026-11-09,,,
1,,2026-11-03,,,
10,1,2999-01-01,x,200,
11,1,,,,
"""


def test_all_or_nothing_and_only_the_good(outbreak: Outbreak) -> None:
    report = import_content(BAD.encode(), outbreak=outbreak, keep_good=False, dry_run=False, by=None)
    assert not report.stored
    assert not Case.objects.exists()
    report = import_content(BAD.encode(), outbreak=outbreak, keep_good=True, dry_run=False, by=None)
    assert report.numbers == ["ĐN-0001"]
    assert [(r.row, r.column, r.value) for r in report.rejects] == [
        (3, "infector", "9"), (4, "infector", "3"), (5, "infector", "5"), (6, "infector", "4"), (7, "infector", "4"),
        (8, "date_of_onset", "31/2/2026"), (9, "infector", "7"), (10, "case_id", "1"), (11, "age", "200"),
        (11, "date_of_onset", "2999-01-01"), (11, "gender", "x"), (12, "date_of_onset", ""),
    ]  # fmt: skip
    mends = [r.mend for r in report.rejects]
    assert mends[0] == "Không có ca nào mang mã 9. Sửa mã, hoặc để trống nếu chưa rõ nguồn lây."
    assert "tự lây" in mends[1]
    assert "vòng" in mends[2] and "vòng" in mends[3]
    assert "Ca 4 là nguồn lây" in mends[4]
    assert "9/8/2026" in mends[5]
    assert mends[7] == "Mã này đã có ở dòng 2. Mỗi ca một mã."


def test_a_mended_row_finds_the_infector_imported_before(outbreak: Outbreak) -> None:
    import_content(
        b"case_id,infector,onset\n1,,2026-11-01\n", outbreak=outbreak, keep_good=True, dry_run=False, by=None
    )
    report = import_content(
        b"case_id,infector,onset\n2,1,2026-11-05\n", outbreak=outbreak, keep_good=True, dry_run=False, by=None
    )
    assert (report.new, report.rejects) == (1, [])
    assert Case.objects.get(line_id="2").infector == Case.objects.get(line_id="1")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("mã ca,ngày khởi phát\n".encode(), "chưa có dòng nào"),
        (b"x,y\n1,2\n", "Không thấy cột mã ca"),
        (b"case_id,name\n1,An\n", "Không thấy cột ngày khởi phát"),
        ("case_id,onset,name\n1,2026-11-01,Hà\n".encode("latin-1"), "CSV UTF-8"),
        (b"", "Không thấy cột mã ca"),
    ],
)
def test_files_that_are_no_line_list(outbreak: Outbreak, content: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        import_content(content, outbreak=outbreak, keep_good=True, dry_run=False, by=None)


def test_vietnamese_headings_semicolons_and_a_byte_order_mark() -> None:
    text = decode("\ufeffMã ca;Nguồn lây;Ngày khởi phát;Giới tính\nA;;9/8/2026;Nữ\nB;A;12/8/2026;nam\n".encode())
    lines = parse(text, today=TODAY).lines
    assert [(line.id, line.infector, line.onset, line.sex) for line in lines] == [
        ("A", "", date(2026, 8, 9), "female"),
        ("B", "A", date(2026, 8, 12), "male"),
    ]


def test_rash_comes_before_prodrome() -> None:
    line = parse("case_ID,date_of_prodrome,date_of_rash\n1,1861-11-21,1861-11-25\n", today=TODAY).lines[0]
    assert line.onset == date(1861, 11, 25)


@PATIENT
@given(st.lists(st.integers(0, 12), min_size=1, max_size=12))
def test_every_row_is_good_or_rejected_and_infectors_come_first(infectors: list[int]) -> None:
    text = "case_id,infector,onset\n" + "".join(
        f"{n},{above or ''},2026-01-01\n" for n, above in enumerate(infectors, start=1)
    )
    found = parse(text, today=TODAY)
    assert len(found.lines) + len({r.row for r in found.rejects}) == len(infectors)
    done: set[str] = set()
    for line in found.lines:
        assert not line.infector or line.infector in done
        done.add(line.id)


@PATIENT
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text, today=TODAY)
    except LineListError as error:
        assert error.code in {"broken", "empty", "no_id", "no_date", "too_long"}
