"""Joining, and the entries of a facility's chain: commitments, assessments, inspections, replies."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.people.models import Person
from lachan.register.places.models import Place
from lachan.systems.safety import chain, versions
from lachan.systems.safety.criteria import Criteria
from lachan.systems.safety.errors import RefusedError
from lachan.systems.safety.judging import AnswersError, NothingAppliesError, Verdict, judge, kept
from lachan.systems.safety.models import CriteriaVersion, Entry, Facility, Photo, Status
from lachan.systems.safety.standing import HOME

Kind = Entry.Kind
#: A phone's clock may be wrong by so much before it is corrected by the server's.
CLOCK_TOLERANCE = timedelta(minutes=2)
#: A form filled in without a network arrives within this time, or is refused.
OLDEST = timedelta(days=7)
AHEAD = timedelta(minutes=5)
MAX_NOTE = 1000
MAX_PHOTOS = 4


@dataclass(frozen=True)
class Signer:
    """Who commits: the account, the name it goes by that day, the device."""

    account: Account
    name: str
    device: int | None = None


@dataclass(frozen=True)
class Said:
    """What the phone sent. `about` is the key of the inspection that a reply answers."""

    key: UUID
    kind: str
    at: datetime
    answers: Mapping[str, int | str]
    criteria: str = ""
    number: int = 0
    note: str = ""
    seconds: int | None = None
    challenge: str = ""
    photos: Sequence[UUID] = ()
    about: UUID | None = None

    def digest(self) -> bytes:
        """SHA-256 of what was said, whenever and however often it is sent."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).digest()


@transaction.atomic
def join(*, place: Place, code: str, by: Account) -> Facility:
    """The place follows that set from now on; joining again with another set changes the set. Raises RefusedError."""
    if code not in {version.code for version in versions.offered(place)}:
        raise RefusedError(_("Bộ tiêu chí này không dành cho loại nơi này."), "criteria")
    now = timezone.now()
    facility, made = Facility.objects.get_or_create(
        place=place, defaults={"criteria": code, "joined_at": now, "joined_by": by}
    )
    if not made and facility.criteria == code:
        return facility
    facility.criteria = code
    facility.followed = [*facility.followed, [now.isoformat(), code]]
    facility.save(update_fields=["criteria", "followed"])
    Status.objects.get_or_create(place=place, defaults={"changed_at": now, "next_at": now})
    Status.objects.filter(place=place).update(next_at=now)
    audit.record(action="safety.facility.join", obj=place, detail={"criteria": code})
    return facility


@transaction.atomic
def submit(*, place: Place, said: Said, signer: Signer, clock_behind: timedelta = timedelta(0)) -> tuple[Entry, bool]:
    """Add what was said to the facility's chain; (the entry, whether it is new). The same key again returns its entry.

    `clock_behind`: how far the phone's clock was behind the server's when it sent. Raises RefusedError, with the code
    "key_reused" for the same key with other words.
    """
    facility = Facility.objects.select_for_update().filter(place=place).first()
    if facility is None:
        raise RefusedError(_("Nơi này chưa tham gia cam kết an toàn."), "place", "not_joined")
    known = Entry.objects.filter(key=said.key).first()
    if known is not None:
        if known.place_id != place.pk or bytes(known.digest) != said.digest():
            raise RefusedError(_("Mã lần gửi này đã dùng cho một bản khác."), "key", "key_reused")
        return known, False
    received = timezone.now()
    entry = Entry(
        place=place,
        number=facility.length + 1,
        key=said.key,
        kind=Kind(said.kind),
        at=_moment(said.at, clock_behind, received),
        received_at=received,
        answers=dict(said.answers),
        note=said.note.strip()[:MAX_NOTE],
        seconds=said.seconds,
        challenge=said.challenge[:200],
        digest=said.digest(),
        previous=bytes(facility.head),
    )
    entry.day = entry.at.astimezone(HOME).date()
    _judge(entry, facility, said)
    if said.kind == Kind.REPLY:
        entry.about = _answered(place, said)
    _sign(entry, signer)
    photos = list(Photo.objects.filter(key__in=list(said.photos), place=place, entry=None)[:MAX_PHOTOS])
    entry.hash = chain.link(bytes(facility.head), linked(entry, [bytes(photo.sha256) for photo in photos]))
    entry.save()
    for photo in photos:
        photo.entry = entry
        photo.save(update_fields=["entry"])
    facility.length, facility.head = entry.number, entry.hash
    facility.save(update_fields=["length", "head"])
    Status.objects.filter(place=place).update(next_at=received)
    audit.record(action=f"safety.{entry.kind}.record", obj=entry, detail={"place": place.pk})
    return entry, True


def _moment(at: datetime, behind: timedelta, received: datetime) -> datetime:
    moment = at.astimezone(UTC)
    if abs(behind) > CLOCK_TOLERANCE:
        moment += timedelta(seconds=round(behind.total_seconds()))
    if moment > received + AHEAD:
        raise RefusedError(_("Giờ ghi trong máy sau giờ hiện nay. Chỉnh đồng hồ của máy rồi gửi lại."), "at", "future")
    if moment < received - OLDEST:
        raise RefusedError(_("Bản này ghi từ hơn bảy ngày trước nên không nhận nữa."), "at", "too_old")
    return min(moment, received)


def _judge(entry: Entry, facility: Facility, said: Said) -> None:
    if said.kind == Kind.REPLY:
        return
    version = versions.taken(said.criteria, said.number, entry.day)
    if version is None or (said.kind != Kind.INSPECTION and said.criteria != facility.criteria):
        raise RefusedError(_("Bộ tiêu chí đã đổi. Mở lại trang để lấy bản mới."), "criteria", "criteria_changed")
    criteria = versions.criteria_of(version)
    entry.version = version
    try:
        if said.kind == Kind.COMMITMENT:
            entry.complete = kept(criteria.daily, said.answers).complete
            return
        verdict = judge(criteria, said.answers)
    except AnswersError as error:
        raise _unfit(error) from error
    except NothingAppliesError:
        raise RefusedError(_("Mọi mục đều ghi là không áp dụng: không có gì để đánh giá."), "answers") from None
    record_verdict(entry, verdict)


def record_verdict(entry: Entry, verdict: Verdict) -> None:
    """What the rule made of the answers, with until when a "low" is to be mended."""
    band = verdict.band
    entry.outcome, entry.band, entry.score, entry.maximum = band.outcome, band.code, verdict.score, verdict.maximum
    entry.mend_until = entry.at + timedelta(days=band.grace_days) if band.grace_days else None


def _unfit(error: AnswersError) -> RefusedError:
    if error.missing:
        names = ", ".join(error.missing[:5])
        return RefusedError(_("Còn mục chưa trả lời: %(items)s.") % {"items": names}, "answers", "unanswered")
    names = ", ".join((error.wrong + error.unknown)[:5])
    return RefusedError(_("Câu trả lời không có trong bộ tiêu chí: %(items)s.") % {"items": names}, "answers", "unfit")


def _answered(place: Place, said: Said) -> Entry:
    found = Entry.objects.filter(place=place, key=said.about, kind=Kind.INSPECTION).first() if said.about else None
    if found is None or not said.note.strip():
        raise RefusedError(_("Ghi câu trả lời cho một lần kiểm tra của nơi này."), "note", "nothing_to_answer")
    return found


def _sign(entry: Entry, signer: Signer) -> None:
    entry.nonce = secrets.token_bytes(32)
    entry.name, entry.account_number, entry.device_number = signer.name, signer.account.pk, signer.device
    entry.person = Person.objects.filter(account=signer.account).first()
    entry.signer = chain.signature(entry.nonce, signer.account.pk, signer.device, signer.name)


def linked(entry: Entry, photos: Sequence[bytes]) -> dict[str, Any]:
    """The entry's fields as the chain links them."""
    return {
        **{name: getattr(entry, name) for name in chain.LINKED if name not in {"place", "criteria", "about", "photos"}},
        "place": entry.place_id,
        "criteria": entry.version_id,
        "about": entry.about_id,
        "photos": sorted(photos),
    }


def version_for(place: Place) -> tuple[CriteriaVersion, Criteria] | None:
    """The version the place follows today with its document, or None when it has not joined."""
    facility = Facility.objects.filter(place=place).first()
    version = versions.in_force(facility.criteria, timezone.localdate()) if facility else None
    return (version, versions.criteria_of(version)) if version else None
