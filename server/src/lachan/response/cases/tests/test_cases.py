"""Cases: numbers, statuses, dates, infectors."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lachan.ground.audit.models import AuditEvent
from lachan.register.people.models import Person
from lachan.register.profiles.actions import DATA, load_profiles
from lachan.register.profiles.document import parse_toml
from lachan.register.profiles.models import Disease
from lachan.response.cases import actions, queries
from lachan.response.cases.errors import CaseError, IllegalTransition, InfectorError, StaleCase
from lachan.response.cases.models import Case, LabTest, Outbreak
from lachan.response.cases.states import FOLLOWS, Status, may_follow
from lachan.response.cases.window import infectious_window

# A busy machine is no failure.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

COVID = parse_toml((DATA / "covid19" / "1.toml").read_text(encoding="utf-8"))
MEASLES = parse_toml((DATA / "measles" / "1.toml").read_text(encoding="utf-8"))
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def outbreak(area_tree: Any) -> Outbreak:
    load_profiles()
    return actions.open_outbreak(
        disease=Disease.objects.get(pk="covid19"), name="COVID-19 Đà Nẵng", area=area_tree.danang, by=None
    )


@pytest.fixture
def people(area_tree: Any) -> list[Person]:
    today = timezone.localdate()
    return [Person.objects.create(name=f"Người {n}", area=area_tree.haichau, erase_at=today) for n in range(4)]


def record(outbreak: Outbreak, person: Person, **fields: Any) -> Case:
    fields.setdefault("onset_on", timezone.localdate())
    return actions.record_case(outbreak=outbreak, person=person, by=None, **fields)


def test_numbers_run_per_outbreak_and_prefixes_never_clash(
    outbreak: Outbreak, people: list[Person], area_tree: Any
) -> None:
    assert [record(outbreak, person).number for person in people[:2]] == ["ĐN-0001", "ĐN-0002"]
    other = actions.open_outbreak(disease=outbreak.disease, name="Đợt hai", area=area_tree.danang, by=None)
    assert record(other, people[0]).number == "ĐN2-0001"


@pytest.mark.parametrize(
    ("name", "short"),
    [("Thành phố Đà Nẵng", "ĐN"), ("Tỉnh Thanh Hoá", "TH"), ("Xã Ia Ơi", "IƠ"), ("Thành phố Huế", "H")],
)
def test_initials(name: str, short: str) -> None:
    assert actions.initials(name) == short


def test_a_person_is_one_case_of_an_outbreak(outbreak: Outbreak, people: list[Person]) -> None:
    record(outbreak, people[0])
    with pytest.raises(CaseError, match="đã là ca ĐN-0001") as refused:
        record(outbreak, people[0])
    assert refused.value.field == "person"
    assert Outbreak.objects.get(pk=outbreak.pk).last_number == 1


def test_recording_leaves_an_audit_row_about_the_person(outbreak: Outbreak, people: list[Person]) -> None:
    case = record(outbreak, people[0])
    event = AuditEvent.objects.get(action="cases.case.record")
    assert (event.subject_id, event.object_id) == (people[0].pk, str(case.pk))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"onset_on": None}, "onset_on"),
        ({"onset_on": date(2999, 1, 1)}, "onset_on"),
        ({"sampled_on": date(2999, 1, 1)}, "sampled_on"),
        ({"isolated_at": datetime(2999, 1, 1, tzinfo=UTC)}, "isolated_at"),
    ],
)
def test_wrong_dates_name_their_field(
    outbreak: Outbreak, people: list[Person], fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(CaseError) as refused:
        record(outbreak, people[0], **fields)
    assert refused.value.field == field


def test_every_transition_is_as_the_table_says(outbreak: Outbreak, people: list[Person]) -> None:
    case = record(outbreak, people[0])
    for before in Status:
        for after in Status:
            Case.objects.filter(pk=case.pk).update(status=before)
            case.refresh_from_db()
            if after in FOLLOWS[before]:
                actions.change_status(case=case, to=after, by=None, reason="mẫu bị lẫn")
                assert Case.objects.get(pk=case.pk).status == after
            else:
                assert not may_follow(before, after)
                with pytest.raises(IllegalTransition, match="không thể chuyển sang"):
                    actions.change_status(case=case, to=after, by=None, reason="mẫu bị lẫn")


def test_exclusion_needs_a_reason(outbreak: Outbreak, people: list[Person]) -> None:
    case = record(outbreak, people[0], status="confirmed")
    with pytest.raises(CaseError, match="Ghi lý do") as refused:
        actions.change_status(case=case, to="excluded", by=None)
    assert refused.value.field == "reason"


def test_two_officers_on_one_case(outbreak: Outbreak, people: list[Person]) -> None:
    case = record(outbreak, people[0])
    hers, his = Case.objects.get(pk=case.pk), Case.objects.get(pk=case.pk)
    actions.change_status(case=hers, to="confirmed", by=None)
    with pytest.raises(StaleCase, match="vừa được đổi thành “xác định”"):
        actions.change_status(case=his, to="excluded", by=None, reason="nhầm")


def test_infectors_that_cannot_be(outbreak: Outbreak, people: list[Person], area_tree: Any) -> None:
    first, second, third = (record(outbreak, person) for person in people[:3])
    actions.set_infector(case=second, infector=first, by=None)
    actions.set_infector(case=third, infector=second, by=None)
    with pytest.raises(InfectorError, match="ĐN-0003 lại do ĐN-0001 lây"):
        actions.set_infector(case=first, infector=third, by=None)
    with pytest.raises(InfectorError, match="tự lây"):
        actions.set_infector(case=first, infector=first, by=None)
    other = actions.open_outbreak(disease=outbreak.disease, name="Khác", area=area_tree.hanoi, by=None)
    with pytest.raises(InfectorError, match="cùng ổ dịch"):
        actions.set_infector(case=first, infector=record(other, people[3]), by=None)
    actions.set_infector(case=second, infector=None, by=None)
    actions.set_infector(case=first, infector=third, by=None)


def test_a_sample_dates_a_case_without_onset_and_decides_nothing(outbreak: Outbreak, people: list[Person]) -> None:
    case = record(outbreak, people[0])
    sampled = timezone.now() - timedelta(hours=3)
    test = actions.record_test(case=case, kind="PCR", sampled_at=sampled, by=None, result=LabTest.Result.POSITIVE)
    case.refresh_from_db()
    assert case.sampled_on == timezone.localdate(sampled)
    assert case.status == "suspected"
    assert test.resulted_at is not None


def test_only_probable_and_confirmed_cases_are_traced(outbreak: Outbreak, people: list[Person]) -> None:
    kinds = ["suspected", "probable", "confirmed", "excluded"]
    made = [record(outbreak, person, status=kind) for person, kind in zip(people, kinds, strict=True)]
    assert list(queries.index_cases(outbreak)) == made[1:3]


def test_labels_have_english() -> None:
    with translation.override("en"):
        assert str(Case.Status.CONFIRMED.label) == "confirmed"


class Dates:
    """A case as far as its window is concerned."""

    def __init__(self, onset: date | None, sampled: date | None = None, isolated: datetime | None = None) -> None:
        self.onset_on, self.sampled_on, self.isolated_at = onset, sampled, isolated


NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)


def test_the_window_opens_three_days_before_onset_and_closes_with_isolation() -> None:
    isolated = datetime(2026, 11, 12, 3, tzinfo=UTC)
    start, end = infectious_window(Dates(date(2026, 11, 10), isolated=isolated), COVID, NOON)
    # 0:00 on 7 November in Viet Nam is 17:00 on the 6th in UTC.
    assert (start, end) == (datetime(2026, 11, 6, 17, tzinfo=UTC), isolated)


def test_without_onset_the_sample_stands_in() -> None:
    assert infectious_window(Dates(None, date(2026, 11, 10)), COVID, NOON)[0] == datetime(2026, 11, 6, 17, tzinfo=UTC)


def test_a_case_nobody_isolated_stops_after_the_last_infectious_day() -> None:
    start, end = infectious_window(Dates(date(2026, 11, 10)), MEASLES, NOON)
    assert start == datetime(2026, 11, 5, 17, tzinfo=UTC)
    assert end == datetime(2026, 11, 14, 17, tzinfo=UTC)


def test_a_case_without_any_date_has_no_window() -> None:
    with pytest.raises(ValueError, match="onset or of a sample"):
        infectious_window(Dates(None), COVID, NOON)


@PATIENT
@given(DAYS, st.none() | DAYS, st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))  # noqa: DTZ001
def test_a_window_never_runs_backwards_nor_into_the_future(
    onset: date, sampled: date | None, isolated: datetime | None
) -> None:
    aware = isolated.replace(tzinfo=UTC) if isolated else None
    start, end = infectious_window(Dates(onset, sampled, aware), COVID, NOON)
    assert start <= end
    assert end == start or end <= NOON
    assert aware is None or end == start or end <= aware
