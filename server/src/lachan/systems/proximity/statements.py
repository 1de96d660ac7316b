"""Encounters: what the publisher lets the officer know, and the answer of those who were there.

Nothing of an encounter reaches tracing before both owners have chosen to say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform import keyring
from lachan.register.access import ratelimit
from lachan.register.people.models import Person
from lachan.systems.proximity import codes
from lachan.systems.proximity.errors import Refused, too_many
from lachan.systems.proximity.fitting import INTERVALS_APART, Met, Note, fit, own_tags
from lachan.systems.proximity.models import Encounter, Heard, PublishedKey, Upload
from lachan.systems.proximity.publishing import own_upload
from lachan_proximity import jws
from lachan_proximity.identifiers import gaen

MAX_HEARD = 20_000
KEEP_DAYS = 14
# Evidence copied to a contact runs on the contact's clock; what it was copied from, on this one.
KEEP_ENCOUNTERS_DAYS = 21
# A device answers once a key; so many keys nobody was near in an hour.
ANSWERS_ACCOUNT = ratelimit.Limit("proximity.statement.account", 20, 3600)


@dataclass(frozen=True)
class Confirmed:
    """What came of a statement, and the server's signature over it."""

    encounters: list[Encounter]
    signed: str


@transaction.atomic
def share_heard(*, key: UUID, secret: str, heard: Sequence[tuple[bytes, Note]]) -> int:
    """Keep what the publisher's device noted on the days it published; how many there are now. Raises Refused."""
    upload = own_upload(key, secret, lock=True)
    if upload.person_id is None or upload.revoked_at is not None:
        said = _("Chưa đồng ý cho cán bộ biết khóa là của ai, nên máy chủ không nhận tiếp xúc.")
        raise Refused("not_agreed", said, status=HTTPStatus.CONFLICT)
    spans = list(upload.keys.values_list("start", "period"))
    for _tag, note in heard:
        if not any(start - INTERVALS_APART <= note.interval < start + period for start, period in spans):
            raise Refused("day_not_shared", _("Có tiếp xúc của ngày không được chọn để gửi."), at="heard")
    if upload.heard.count() + len(heard) > MAX_HEARD:
        raise Refused("too_many_heard", _("Máy chủ nhận nhiều nhất %(n)d dòng một lần.") % {"n": MAX_HEARD}, at="heard")
    Heard.objects.bulk_create(
        (
            Heard(
                upload=upload,
                tag=tag,
                interval=note.interval,
                certain=note.certain,
                minutes=note.minutes,
                attenuation=note.attenuation,
            )
            for tag, note in heard
        ),
        ignore_conflicts=True,
    )
    audit.record(action="proximity.heard.share", subject=upload.person_id, obj=upload)
    return upload.heard.count()


@dataclass(frozen=True)
class Claim:
    """What the person says: near `tek`, with the identifiers that `identifier_key` makes, in these intervals.

    `own`: the receipt (upload, secret) of the person's own keys of that time, if they were published without a name:
    it proves whose they were before everybody knew them. It is looked at and not kept.
    """

    tek: bytes
    identifier_key: bytes
    notes: Sequence[Note]
    own: tuple[UUID, str] | None = None


def confirm(*, person: Person, claim: Claim) -> Confirmed:
    """The person answers a warning: these were my identifiers near that key. Raises Refused, with nothing stored, when
    the two sides do not fit, and over the limit of the account."""
    # Counted for refused ones too, so outside of what a refusal undoes.
    if wait := ratelimit.take(ANSWERS_ACCOUNT, str(person.account_id)):
        raise too_many("too_many_answers", _("Đã trả lời nhiều lần. Thử lại sau %(wait)s."), wait)
    return _confirm(person, claim)


@transaction.atomic
def _confirm(person: Person, claim: Claim) -> Confirmed:
    claimed = claim.notes
    key = PublishedKey.objects.select_related("upload").filter(tek=claim.tek).first()
    if key is None or not key.out or key.upload.revoked_at is not None:
        raise Refused(
            "key_unknown", _("Không có khóa này trong các tệp đã công bố, hoặc nó đã được rút lại."), at="key"
        )
    # The lock keeps two answers from resting on one note.
    upload = Upload.objects.select_for_update().get(pk=key.upload_id)
    if upload.person_id is None:
        raise Refused(
            "not_agreed",
            _("Người kia không đồng ý nối tiếp xúc với tên. Tin báo trên máy vẫn đúng; làm theo hướng dẫn trong đó."),
            status=HTTPStatus.CONFLICT,
        )
    if upload.person_id == person.pk:
        raise Refused("own_key", _("Khóa này là của chính máy mình."), at="key")
    if len({note.interval for note in claimed}) < len(claimed):
        raise Refused("interval_twice", _("Một khoảng mười phút được ghi hai lần."), at="intervals")
    if any(not key.start - INTERVALS_APART <= n.interval < key.start + key.period + INTERVALS_APART for n in claimed):
        raise Refused("outside_key", _("Có khoảng giờ ngoài ngày của khóa."), at="intervals")
    if _of_another(person, claim):
        said = _("Mã thiết bị này thuộc một khóa đã công bố, nên không chứng tỏ được là của máy này.")
        raise Refused("identifier_published", said, at="identifier_key")
    tags = own_tags(claim.identifier_key, (note.interval for note in claimed))
    rows = upload.heard.filter(tag__in=list(tags.values()))
    noted = {
        bytes(row.tag): Note(row.interval, row.certain, row.minutes, row.attenuation)
        for row in rows
        if not row.confirmed
    }
    if not noted and any(row.confirmed for row in rows):
        raise Refused("answered", _("Tiếp xúc này đã có người xác nhận."), status=HTTPStatus.CONFLICT)
    met, used = fit(claimed, tags, noted)
    if not met:
        said = _("Hai máy không ghi giống nhau, nên chưa xác nhận được. Gọi trạm y tế nếu nhớ là đã ở gần.")
        raise Refused("no_fit", said, status=HTTPStatus.CONFLICT)
    starts = [datetime.fromtimestamp(each.start, UTC) for each in met]
    if upload.encounters.filter(answerer=person, starts_at__in=starts).exists():
        raise Refused("answered", _("Tiếp xúc này đã có người xác nhận."), status=HTTPStatus.CONFLICT)
    stored = [_store(upload, person, each) for each in met]
    upload.heard.filter(tag__in=list(used)).update(confirmed=True)
    return Confirmed(stored, _signed(stored))


def _of_another(person: Person, claim: Claim) -> bool:
    """Whether the identifier key is that of a key published for this time by anybody but the person: from a published
    key everybody makes it, so it proves nothing."""
    first, last = min(note.interval for note in claim.notes), max(note.interval for note in claim.notes)
    published = PublishedKey.objects.annotate(end=F("start") + F("period")).filter(
        start__gte=max(0, first - gaen.ROLLING_PERIOD), start__lte=last, end__gt=first
    )
    others = published.exclude(upload__person=person)
    if claim.own is not None:
        mine = own_upload(*claim.own)
        # A receipt with somebody's name on it is for that person only.
        others = others.exclude(upload=mine) if mine.person_id is None else others
    teks = others.values_list("tek", flat=True)
    return any(gaen.identifier_key(bytes(tek)) == claim.identifier_key for tek in teks.iterator())


def _store(upload: Upload, person: Person, met: Met) -> Encounter:
    now = timezone.now()
    start, end = (datetime.fromtimestamp(moment, UTC) for moment in (met.start, met.end))
    encounter = Encounter.objects.create(
        upload=upload,
        publisher_id=upload.person_id or 0,
        answerer=person,
        starts_at=start,
        ends_at=end,
        seconds_certain=met.certain,
        attenuation=met.attenuation,
        confidence=met.confidence,
        confirmed_at=now,
        erase_at=timezone.localdate(end) + timedelta(days=KEEP_ENCOUNTERS_DAYS),
    )
    audit.record(action="proximity.encounter.confirm", subject=person.pk, obj=encounter)
    return encounter


def _signed(stored: Sequence[Encounter]) -> str:
    claims = {
        "iss": "lachan",
        "aud": "lachan-receipt",
        "encounters": [
            {"jti": str(each.key), "start": int(each.starts_at.timestamp()), "end": int(each.ends_at.timestamp())}
            for each in stored
        ],
        "erasedOn": max(each.erase_at for each in stored).isoformat(),
    }
    return jws.sign(claims, keyring.signing_key(codes.SIGNING_KEY))


@transaction.atomic
def withdraw_statement(*, person: Person, key: UUID) -> None:
    """Whoever answered takes the answer back; tracing forgets it with the next trace. Raises Refused."""
    found = Encounter.objects.select_for_update().filter(key=key, answerer=person).first()
    if found is None:
        raise Refused("encounter_unknown", _("Không có xác nhận này."), status=HTTPStatus.NOT_FOUND)
    audit.record(action="proximity.encounter.withdraw", subject=person.pk, obj=found)
    found.delete()


def unknown(upload: Upload) -> dict[str, Any]:
    """How many identifiers of an upload nobody has answered for, and the least number of people behind them: the most
    that were heard in one interval."""
    waiting = upload.heard.filter(confirmed=False)
    most = waiting.values("interval").annotate(n=Count("pk")).aggregate(most=Max("n"))["most"]
    return {"identifiers": waiting.count(), "people_at_least": most or 0}
