"""Two officers: nothing that warns many goes out on one person's word, and nothing waits for ever."""

from datetime import timedelta

import msgspec
import pytest

from lachan.ground.audit.models import AuditEvent
from lachan.register.access.actions import create_officer
from lachan.register.access.models import Account
from lachan.register.people.models import Person
from lachan.register.profiles import queries as profiles
from lachan.response.alerts import place_notices, releases
from lachan.response.alerts.actions import IssueReport
from lachan.response.alerts.errors import ReleaseError
from lachan.response.alerts.models import DirectNotice, FeedEdition, PlaceNotice, Release
from lachan.response.alerts.queries import place_notices_in_force, waiting_releases
from lachan.response.alerts.tests.conftest import NOW, Story, second_officer
from lachan.response.cases import actions as cases
from lachan.response.cases.models import Outbreak
from lachan.testing.cast import PASSWORD

HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def first(story: Story) -> Account:
    return create_officer(
        username="first", name="Lê Quang Huy", password=PASSWORD, role="province", area=story.outbreak.area
    )


def propose(story: Story, by: Account | None) -> Release:
    windows = [w for w in place_notices.propose_windows(story.outbreak, now=NOW) if w.publishable]
    asked = releases.propose_places(outbreak=story.outbreak, windows=windows, by=by, now=NOW)
    assert asked is not None
    return asked


def audited(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


def test_a_proposal_is_in_no_feed_and_on_no_map_until_a_second_officer_releases_it(
    story: Story, first: Account
) -> None:
    asked = propose(story, first)
    assert not FeedEdition.objects.exists()
    assert not place_notices_in_force().exists()
    assert asked.due_at == NOW + HALF_AN_HOUR
    assert [w.waiting for w in place_notices.propose_windows(story.outbreak, now=NOW) if w.publishable] == [True]
    assert list(waiting_releases(Outbreak.objects.all())) == [asked]
    done = releases.release(release=asked, by=second_officer(story), now=NOW + timedelta(minutes=4))
    assert (done.state, done.by_clock, done.sent) == (Release.State.RELEASED, False, 1)
    notice = place_notices_in_force().get()
    assert (notice.issued_by, notice.issued_at) == (first, NOW + timedelta(minutes=4))
    assert FeedEdition.objects.count() == 1
    assert (audited("alerts.release.propose"), audited("alerts.release.release")) == (1, 1)


def test_nobody_releases_or_refuses_their_own(story: Story, first: Account) -> None:
    asked = propose(story, first)
    with pytest.raises(ReleaseError, match="không tự duyệt"):
        releases.release(release=asked, by=first, now=NOW)
    with pytest.raises(ReleaseError, match="không tự duyệt"):
        releases.refuse(release=asked, reason="nhầm", by=first, now=NOW)
    assert not FeedEdition.objects.exists()


def test_unanswered_it_goes_by_itself_and_says_so(story: Story, first: Account) -> None:
    asked = propose(story, first)
    assert releases.release_due(now=NOW + HALF_AN_HOUR - timedelta(seconds=1)) == []
    assert releases.release_due(now=NOW + HALF_AN_HOUR) == [asked]
    assert releases.release_due(now=NOW + HALF_AN_HOUR) == []
    asked.refresh_from_db()
    assert (asked.state, asked.by_clock, asked.decided_by) == (Release.State.RELEASED, True, None)
    assert place_notices_in_force().count() == 1
    assert audited("alerts.release.clock") == 1
    with pytest.raises(ReleaseError, match="đã được quyết định"):
        releases.release(release=asked, by=second_officer(story), now=NOW + HALF_AN_HOUR)


def test_a_refusal_needs_a_reason_sends_nothing_and_may_be_asked_again(story: Story, first: Account) -> None:
    asked = propose(story, first)
    second = second_officer(story)
    with pytest.raises(ReleaseError, match="Ghi lý do"):
        releases.refuse(release=asked, reason="  ", by=second, now=NOW)
    releases.refuse(release=asked, reason="sai giờ", by=second, now=NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.reason, asked.decided_by) == (Release.State.REFUSED, "sai giờ", second)
    assert releases.release_due(now=NOW + timedelta(days=1)) == []
    assert not place_notices_in_force().exists()
    again = propose(story, first)
    assert again.pk != asked.pk


def test_a_window_is_asked_for_once(story: Story, first: Account) -> None:
    propose(story, first)
    windows = [w for w in place_notices.propose_windows(story.outbreak, now=NOW) if w.publishable]
    assert releases.propose_places(outbreak=story.outbreak, windows=windows, by=first, now=NOW) is None
    assert PlaceNotice.objects.count() == 1


def test_a_case_excluded_while_waiting_sends_nothing(story: Story, first: Account) -> None:
    propose(story, first)
    cases.change_status(case=story.case, to="excluded", reason="mẫu bị lẫn", by=None)
    (done,) = releases.release_due(now=NOW + HALF_AN_HOUR)
    assert done.sent == 0
    assert not place_notices_in_force().exists()
    assert not FeedEdition.objects.exists()


@pytest.fixture
def only_two_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that lets one officer send two notices."""
    rules = profiles.profile_in_force
    monkeypatch.setattr(
        releases, "profile_in_force", lambda *given: msgspec.structs.replace(rules(*given), direct_release_above=2)
    )


def warn(story: Story, by: Account, *people: Person) -> IssueReport | Release:
    return releases.warn(outbreak=story.outbreak, contacts=story.confirm(*people), by=by, now=NOW)


def test_few_direct_notices_go_at_once_many_need_a_second_officer(
    story: Story, first: Account, only_two_alone: None
) -> None:
    asked = warn(story, first, story.hanh, story.elder, story.khoi)
    assert isinstance(asked, Release)
    assert not DirectNotice.objects.exists()
    done = releases.release(release=asked, by=second_officer(story), now=NOW)
    assert done.sent == 3
    assert set(DirectNotice.objects.values_list("person", "issued_by", "releases")) == {
        (person.pk, first.pk, asked.pk) for person in (story.hanh, story.elder, story.khoi)
    }


def test_many_small_sendings_are_one_large_one(story: Story, first: Account, only_two_alone: None) -> None:
    assert isinstance(warn(story, first, story.hanh, story.elder), IssueReport)
    assert isinstance(warn(story, first, story.khoi), Release)
    assert isinstance(warn(story, second_officer(story), story.khoi), IssueReport)


def test_direct_notices_go_by_themselves_too(story: Story, first: Account, only_two_alone: None) -> None:
    warn(story, first, story.hanh, story.elder, story.khoi)
    (done,) = releases.release_due(now=NOW + HALF_AN_HOUR)
    assert (done.by_clock, done.sent, DirectNotice.objects.count()) == (True, 3, 3)
