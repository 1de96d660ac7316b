"""Place notices: what the cases' stays give cause for, and the feed that carries what is released (releases.py)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.platform import keyring
from lachan.register.access.models import Account
from lachan.register.places.models import Place, PlaceCode
from lachan.register.profiles.models import Disease
from lachan.register.profiles.queries import profile_in_force
from lachan.response.alerts import feed
from lachan.response.alerts.models import FeedEdition, PlaceNotice
from lachan.response.cases.models import Outbreak
from lachan.response.cases.queries import windows as case_windows
from lachan.response.tracing.engine import load_frontier
from lachan.response.tracing.rule import IndexCase, Rule
from lachan.response.tracing.sources import registered

KEY_NAME: Final = "notices"
# With fewer others there, a public window would point at them: the direct notice goes alone.
MIN_VISITORS: Final = 5
# Published windows are widened to this grid, so that they do not carry the minute of a scan.
GRID: Final = timedelta(minutes=5)
# A phone may believe a feed this long; it is renewed well before.
VALID: Final = timedelta(hours=48)
RENEWED_AFTER: Final = timedelta(hours=12)
_LOCK: Final = 0x1AC4A7_FEED


@dataclass(frozen=True)
class ProposedWindow:
    """A place and time at which index cases were, with how many other visitors. `published` while a notice says so,
    `waiting` while one waits for a second officer."""

    place: Place
    start: datetime
    end: datetime
    visitors: int
    published: bool = False
    waiting: bool = False

    @property
    def publishable(self) -> bool:
        return self.visitors >= MIN_VISITORS

    @property
    def key(self) -> tuple[int, datetime, datetime]:
        return self.place.pk, self.start, self.end


def propose_windows(outbreak: Outbreak, *, now: datetime | None = None) -> list[ProposedWindow]:
    """The windows that a notice could be published for, newest first, overlapping ones of a place as one.

    `visitors` is a lower bound where windows were joined.
    """
    moment = now or timezone.now()
    profile = profile_in_force(outbreak.disease_id, timezone.localdate(moment))
    index = [IndexCase(c.pk, c.person_id, start, end) for c, start, end in case_windows(outbreak, profile, moment)]
    rule = Rule.of(profile)
    found: list[tuple[int, datetime, datetime, int]] = []
    with transaction.atomic():
        load_frontier(index, moment)
        with connection.cursor() as cursor:
            for source in registered():
                if statement := source.place_windows():
                    cursor.execute(statement, rule.parameters())
                    found += cursor.fetchall()
    joined = _joined(found)
    places = Place.objects.in_bulk({place_id for place_id, *_rest in joined})
    notices = PlaceNotice.objects.filter(outbreak=outbreak)
    live, waiting = (set(n.values_list("place_id", "start", "end")) for n in (notices.live(), notices.waiting()))
    proposed = [ProposedWindow(places[p], start, end, n) for p, start, end, n in joined if p in places]
    proposed = [replace(window, published=window.key in live, waiting=window.key in waiting) for window in proposed]
    return sorted(proposed, key=lambda w: (w.start, w.place.pk), reverse=True)


def no_longer_supported(outbreak: Outbreak, *, now: datetime | None = None) -> list[PlaceNotice]:
    """Notices in force that today's cases give no cause for: a case was excluded, a date corrected. To be withdrawn."""
    proposed = propose_windows(outbreak, now=now)
    live = PlaceNotice.objects.live().filter(outbreak=outbreak)
    return [n for n in live.select_related("place").order_by("pk") if not supported(n, proposed)]


def supported(notice: PlaceNotice, proposed: Iterable[ProposedWindow]) -> bool:
    """Whether any of these windows gives cause for the notice."""
    return any(w.place.pk == notice.place_id and w.start < notice.end and w.end > notice.start for w in proposed)


def _joined(found: Iterable[tuple[int, datetime, datetime, int]]) -> list[tuple[int, datetime, datetime, int]]:
    joined: list[tuple[int, datetime, datetime, int]] = []
    for place_id, start, end, visitors in sorted(found):
        first, last = _floor(start), _ceil(end)
        if joined and joined[-1][0] == place_id and first <= joined[-1][2]:
            _place, before, until, most = joined[-1]
            joined[-1] = (place_id, before, max(until, last), max(most, visitors))
        else:
            joined.append((place_id, first, last, visitors))
    return joined


def _floor(moment: datetime) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() // GRID.total_seconds() * GRID.total_seconds(), UTC)


def _ceil(moment: datetime) -> datetime:
    return datetime.fromtimestamp(-(-moment.timestamp() // GRID.total_seconds()) * GRID.total_seconds(), UTC)


@transaction.atomic
def withdraw_place_notice(*, notice: PlaceNotice, by: Account | None, now: datetime | None = None) -> PlaceNotice:
    """Take a window out of the feed, in a new edition. Twice changes nothing."""
    locked = PlaceNotice.objects.select_for_update().get(pk=notice.pk)
    if locked.withdrawn_at is None:
        locked.withdrawn_at = now or timezone.now()
        locked.save(update_fields=["withdrawn_at"])
        audit.record(action="alerts.window.withdraw", obj=locked, detail={"place": locked.place_id})
        publish_edition(now=now)
    notice.withdrawn_at = locked.withdrawn_at
    return locked


@transaction.atomic
def publish_edition(*, now: datetime | None = None) -> FeedEdition:
    """Sign and store a new edition of all notices in force. Editions are never changed."""
    moment = now or timezone.now()
    with connection.cursor() as cursor:
        # Editions must follow each other: a later number holds all that an earlier one held.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT nextval(pg_get_serial_sequence('alerts_feededition', 'number'))")
        (number,) = cursor.fetchone()
    unsigned = feed.encode(
        edition=number,
        issued=moment,
        valid_until=moment + VALID,
        windows=_windows_in_force(moment),
        filler_key=keyring.secret("notice-filler"),
    )
    signature = feed.sign(unsigned, keyring.signing_key(KEY_NAME))
    edition = FeedEdition.objects.create(number=number, body=unsigned, signature=signature)
    audit.record(action="alerts.edition.publish", obj=edition)
    return edition


def _windows_in_force(moment: datetime) -> list[feed.Window]:
    live = PlaceNotice.objects.live().filter(erase_at__gt=timezone.localdate(moment))
    notices = live.select_related("outbreak")
    index = {
        code: profile_in_force(code, timezone.localdate(moment)).feed_index
        for code in Disease.objects.filter(pk__in=[n.outbreak.disease_id for n in notices]).values_list("pk", flat=True)
    }
    codes: dict[int, list[PlaceCode]] = {}
    for code in PlaceCode.objects.filter(place__in=[n.place_id for n in notices]):
        codes.setdefault(code.place_id, []).append(code)
    return [
        feed.Window(code.code, notice.start, notice.end, notice.grade, index[notice.outbreak.disease_id])
        for notice in notices
        for code in codes.get(notice.place_id, [])
        # A phone keeps the code it scanned, which may have been replaced since.
        if code.revoked_at is None or code.revoked_at > notice.start
    ]


@transaction.atomic
def renew_edition() -> FeedEdition | None:
    """A new edition when there is none or the newest is old, or of an older format: expired notices drop out and phones
    see that the feed lives."""
    newest = FeedEdition.objects.order_by("-number").first()
    readable = newest is not None and bytes(newest.body)[len(feed.MAGIC)] == feed.VERSION
    if newest is not None and readable and newest.published_at > timezone.now() - RENEWED_AFTER:
        return None
    return publish_edition()
