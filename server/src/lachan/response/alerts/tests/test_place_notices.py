"""Place notices: proposed, published, withdrawn; the feed that phones fetch."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.ground.platform import keyring
from lachan.register.places.actions import issue_code
from lachan.response.alerts import feed, keeping, place_notices
from lachan.response.alerts.errors import WindowGone
from lachan.response.alerts.models import FeedEdition, PlaceNotice
from lachan.response.alerts.place_notices import MIN_VISITORS, ProposedWindow, propose_windows
from lachan.response.alerts.releases import propose_places, release
from lachan.response.alerts.tests.conftest import NOW, Story, second_officer
from lachan.response.cases import actions as cases


def public_key() -> ec.EllipticCurvePublicKey:
    return keyring.signing_key(place_notices.KEY_NAME).public_key()


def proposed(story: Story) -> dict[str, ProposedWindow]:
    return {w.place.name: w for w in propose_windows(story.outbreak, now=NOW)}


def publish(story: Story) -> list[PlaceNotice]:
    windows = [proposed(story)["Chợ Đầu Cầu"]]
    asked = propose_places(outbreak=story.outbreak, windows=windows, by=None, now=NOW)
    if asked is None:
        return []
    release(release=asked, by=second_officer(story), now=NOW)
    return list(asked.windows.all())


def read(client: Client) -> feed.Feed:
    return feed.open_feed(client.get("/api/v1/notices/feed").content, public_key())


def test_windows_are_the_cases_stays_with_the_number_of_others(story: Story) -> None:
    windows = proposed(story)
    market, small = windows["Chợ Đầu Cầu"], windows["Quán Nhỏ"]
    assert (market.visitors, small.visitors) == (7, 1)
    assert (market.publishable, small.publishable) == (True, False)
    assert (market.start, market.end) == (NOW - timedelta(hours=50, minutes=20), NOW - timedelta(hours=49, minutes=20))
    assert {w.start.minute % 5 for w in windows.values()} == {0}


def test_too_few_visitors_are_warned_directly_and_nothing_is_published(story: Story) -> None:
    windows = list(proposed(story).values())
    with pytest.raises(WindowGone, match="chỉ có 1 người khác"):
        propose_places(outbreak=story.outbreak, windows=windows, by=None, now=NOW)
    assert not PlaceNotice.objects.exists()
    assert not FeedEdition.objects.exists()
    assert MIN_VISITORS == 5


def test_a_window_that_is_not_proposed_is_refused(story: Story) -> None:
    window = proposed(story)["Chợ Đầu Cầu"]
    forged = ProposedWindow(window.place, window.start - timedelta(hours=1), window.end, 50)
    with pytest.raises(WindowGone, match="đã đổi"):
        propose_places(outbreak=story.outbreak, windows=[forged], by=None, now=NOW)


def test_publishing_twice_makes_one_notice_and_one_edition(story: Story) -> None:
    assert len(publish(story)) == 1
    assert publish(story) == []
    assert FeedEdition.objects.count() == 1
    assert proposed(story)["Chợ Đầu Cầu"].published
    assert AuditEvent.objects.filter(action="alerts.window.publish").count() == 1


def test_who_was_there_finds_it_and_who_came_later_does_not(story: Story, client: Client) -> None:
    publish(story)
    opened = read(client)
    code = story.place.codes.get().code
    during = feed.match(opened, code, NOW - timedelta(hours=51), NOW - timedelta(hours=49))
    assert [(w.start, w.end, w.grade, w.disease) for w in during] == [
        (NOW - timedelta(hours=50, minutes=20), NOW - timedelta(hours=49, minutes=20), 2, 1)
    ]
    assert feed.match(opened, code, NOW - timedelta(hours=40), NOW - timedelta(hours=39)) == []
    other = story.small.codes.get().code
    assert feed.match(opened, other, NOW - timedelta(hours=50), NOW - timedelta(hours=49.5)) == []


def test_a_phone_that_scanned_the_old_poster_finds_it_too(story: Story, client: Client) -> None:
    old = story.place.codes.get()
    new = issue_code(place=story.place)
    old.revoked_at = timezone.now()
    old.save()
    publish(story)
    opened = read(client)
    for code in (old.code, new.code):
        assert feed.match(opened, code, NOW - timedelta(hours=50), NOW - timedelta(hours=49.5))


def test_a_withdrawn_window_leaves_the_feed(story: Story, client: Client) -> None:
    (notice,) = publish(story)
    before = read(client).edition
    place_notices.withdraw_place_notice(notice=notice, by=None)
    place_notices.withdraw_place_notice(notice=notice, by=None)
    opened = read(client)
    assert opened.edition > before
    code = story.place.codes.get().code
    assert feed.match(opened, code, NOW - timedelta(hours=50), NOW - timedelta(hours=49.5)) == []
    assert FeedEdition.objects.count() == 2
    assert len(publish(story)) == 1


def test_a_notice_whose_case_was_excluded_is_named(story: Story) -> None:
    (notice,) = publish(story)
    assert place_notices.no_longer_supported(story.outbreak, now=NOW) == []
    cases.change_status(case=story.case, to="excluded", reason="mẫu bị lẫn", by=None)
    assert place_notices.no_longer_supported(story.outbreak, now=NOW) == [notice]


def test_the_feed_is_cached_and_answered_by_its_number(story: Story, client: Client) -> None:
    publish(story)
    answer = client.get("/api/v1/notices/feed")
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Content-Type"] == "application/octet-stream"
    again = client.get("/api/v1/notices/feed", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    number = answer["ETag"].strip('"')
    fixed = client.get(f"/api/v1/notices/feed/{number}")
    assert fixed.content == answer.content
    assert "immutable" in fixed["Cache-Control"]
    for unknown in (0, 999_999, 10**30):
        assert client.get(f"/api/v1/notices/feed/{unknown}").status_code == 404
    assert "Set-Cookie" not in answer
    # One copy for everybody: signed in or not, in either language.
    assert "Vary" not in answer
    assert "Vary" not in again


def test_a_phone_fetches_what_changed_since_its_edition(story: Story, client: Client) -> None:
    base = client.get("/api/v1/notices/feed").content
    publish(story)
    newest = client.get("/api/v1/notices/newest")
    number, before = newest.json()["edition"], feed.open_feed(base, public_key()).edition
    assert newest["Cache-Control"] == "public, max-age=300"
    change = client.get(f"/api/v1/notices/feed/{number}/from/{before}")
    assert "immutable" in change["Cache-Control"] and "Vary" not in change
    assert feed.apply_delta(base, change.content) == client.get("/api/v1/notices/feed").content
    assert len(change.content) < 200
    again = client.get(f"/api/v1/notices/feed/{number}/from/{before}", headers={"If-None-Match": change["ETag"]})
    assert again.status_code == 304
    for pair in (f"{before}/from/{number}", f"{number}/from/999999", f"{10**30}/from/{before}"):
        assert client.get(f"/api/v1/notices/feed/{pair}").status_code == 404


def test_an_edition_of_an_older_format_is_replaced_at_once(story: Story, client: Client) -> None:
    publish(story)
    old = FeedEdition.objects.latest("number")
    body = bytearray(old.body)
    body[4] = 1
    FeedEdition.objects.update(body=bytes(body))
    made = place_notices.renew_edition()
    assert made is not None
    assert client.get(f"/api/v1/notices/feed/{made.number}/from/{old.number}").status_code == 404


def test_there_is_a_feed_before_the_first_notice(client: Client, db: None) -> None:
    first = client.get("/api/v1/notices/feed")
    assert first.status_code == 200
    assert feed.open_feed(first.content, public_key()).edition >= 1
    assert client.get("/api/v1/notices/feed").content == first.content


def test_the_key_is_a_public_jwk(client: Client, db: None) -> None:
    key = client.get("/api/v1/notices/key").json()
    assert key == feed.public_jwk(public_key())
    assert "d" not in key


def test_an_edition_is_renewed_before_phones_stop_believing_it(story: Story) -> None:
    publish(story)
    assert place_notices.renew_edition() is None
    FeedEdition.objects.update(published_at=timezone.now() - timedelta(hours=13))
    assert place_notices.renew_edition() is not None
    assert place_notices.RENEWED_AFTER < place_notices.VALID


def test_what_is_past_its_date_goes(story: Story, client: Client) -> None:
    publish(story)
    FeedEdition.objects.update(published_at=timezone.now() - timedelta(days=40))
    place_notices.publish_edition()
    assert keeping.expire(timezone.localdate()) == 1
    assert keeping.expire(timezone.localdate() + timedelta(days=30)) == 1
    assert not PlaceNotice.objects.exists()
    assert FeedEdition.objects.count() == 1


def test_an_expired_notice_is_not_in_the_next_edition(story: Story) -> None:
    publish(story)
    later = place_notices.publish_edition(now=NOW + timedelta(days=30))
    opened = feed.open_feed(bytes(later.body) + bytes(later.signature), public_key())
    code: Any = story.place.codes.get().code
    assert feed.match(opened, code, NOW - timedelta(hours=50), NOW - timedelta(hours=49.5)) == []
