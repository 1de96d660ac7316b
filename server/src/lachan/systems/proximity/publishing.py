"""Publishing keys with a certificate, the signed receipt of it, and taking them back."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform import keyring
from lachan.ground.platform.ids import uuid7
from lachan.register.access import ratelimit
from lachan.register.access.tokens import hash_token
from lachan.systems.proximity import codes, keys
from lachan.systems.proximity.errors import Refused, too_many
from lachan.systems.proximity.models import Code, Decoy, PublishedKey, Report, Upload
from lachan.systems.proximity.states import State
from lachan_proximity import jws
from lachan_proximity.identifiers.gaen import INTERVAL_SECONDS, DayKey
from lachan_proximity.keyfile.plan import EMBARGO_INTERVALS, OLDEST_DAYS

REGION = "VN"
UPLOADS_IP = ratelimit.Limit("proximity.publish.ip", 600, 600)
_SECRET = "proximity.receipt"  # noqa: S105  the name of a key, not the key


@dataclass(frozen=True)
class Published:
    """The receipt: `signed` is what the server stands by, `secret` lets its holder take the keys back."""

    key: UUID
    signed: str
    secret: str


def _secret(upload: UUID) -> str:
    """Told again when the first answer was lost, so made from the upload rather than kept."""
    return hmac.digest(keyring.secret(_SECRET), upload.bytes, "sha256").hex()


@lru_cache(maxsize=1)
def _sample(_hour: int) -> str:
    return codes.certificate(None, bytes(32), timezone.now())


def publish(
    *,
    certificate: str,
    mac_key: bytes,
    region: str,
    shared: Sequence[DayKey],
    with_officer: bool,
    address: str,
    decoy: bool = False,
) -> Published:
    """Keep the keys for the next key files, once. The same request again gets the same receipt.

    `with_officer`: the person lets the officer know that these keys are theirs, so that confirmed encounters reach
    tracing. Raises Refused, with nothing stored. A decoy goes the same way and leaves its hour only.
    """
    if wait := ratelimit.take(UPLOADS_IP, address):
        raise too_many("too_many_uploads", _("Nhiều lượt gửi từ mạng này. Gửi lại sau %(wait)s."), wait)
    now = timezone.now()
    mac = keys.mac(mac_key, shared)
    claims = _claims(_sample(int(now.timestamp()) // 600) if decoy else certificate, now)
    if region != REGION:
        raise Refused("wrong_region", _("Máy chủ này nhận khóa của vùng VN."), at="region")
    if not decoy and not hmac.compare_digest(str(claims.get("tekmac", "")), mac.hex()):
        raise Refused("keys_changed", _("Khóa gửi lên khác với khóa đã xin chứng nhận."), at="keys")
    with codes.undone_if(decoy):
        published = _store(claims, mac=mac, shared=shared, with_officer=with_officer, now=now, decoy=decoy)
    if decoy:
        Decoy.objects.create(hour=_hour(now))
    return published


def _claims(text: str, now: datetime) -> dict[str, Any]:
    try:
        claims = jws.verify(text, keyring.signing_key(codes.SIGNING_KEY).public_key())
    except jws.ForgedError as wrong:
        raise Refused("certificate_forged", _("Chứng nhận này không phải của máy chủ."), at="certificate") from wrong
    if claims.get("aud") != codes.AUDIENCE:
        raise Refused("certificate_forged", _("Chứng nhận này không phải của máy chủ."), at="certificate")
    if int(claims.get("exp", 0)) <= now.timestamp():
        raise Refused("certificate_expired", _("Chứng nhận đã hết giờ. Nhập mã mới."), at="certificate")
    return claims


def _store(
    claims: dict[str, Any], *, mac: bytes, shared: Sequence[DayKey], with_officer: bool, now: datetime, decoy: bool
) -> Published:
    code = Code.objects.select_for_update().filter(key=claims["jti"]).first()
    if (known := Upload.objects.filter(mac=mac).first()) is not None:
        return Published(known.key, known.receipt, _secret(known.key))
    if code is None and not decoy:
        raise Refused("certificate_unknown", _("Chứng nhận này không còn hiệu lực. Nhập mã mới."), at="certificate")
    if code is not None and (code.status != State.CERTIFIED or bytes(code.mac or b"") != mac):
        raise Refused("code_used", _("Mã này đã dùng rồi. Mỗi mã dùng một lần; xin mã mới."), at="certificate")
    keys.check(shared, now.timestamp())
    key = uuid7()
    last = max(each.end for each in shared) * INTERVAL_SECONDS
    erase_on = datetime.fromtimestamp(last, UTC).date() + timedelta(days=OLDEST_DAYS + 1)
    upload = Upload(
        key=key,
        mac=mac,
        person_id=code.person_id if code and with_officer else None,
        outbreak_id=code.outbreak_id if code and with_officer else None,
        report=code.report if code else Report.CONFIRMED,
        received_at=_hour(now),
        secret_hash=hash_token(_secret(key)),
        erase_at=erase_on,
    )
    upload.receipt = _receipt(upload, shared, with_officer)
    upload.save()
    try:
        with transaction.atomic():
            PublishedKey.objects.bulk_create(
                PublishedKey(
                    tek=each.tek, start=each.start, period=each.period, onset=_onset(code, each), upload=upload
                )
                for each in shared
            )
    except IntegrityError as error:
        raise Refused(
            "key_known", _("Khóa này đã được công bố rồi; không ai gửi lại khóa của người khác được."), at="keys"
        ) from error
    if code is not None:
        code.status = State.USED
        code.token_hash, code.mac = None, None
        code.save(update_fields=["status", "token_hash", "mac"])
    # Of the upload nothing is said here unless the person chose it: the trail would lead from one to the other.
    audit.record(action="proximity.keys.publish", subject=upload.person_id, obj=upload if with_officer else None)
    return Published(key, upload.receipt, _secret(key))


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _onset(code: Code | None, key: DayKey) -> int | None:
    if code is None or code.onset_on is None:
        return None
    day = datetime.fromtimestamp(key.start * INTERVAL_SECONDS, UTC).date()
    return max(-14, min(14, (day - code.onset_on).days))


def _receipt(upload: Upload, shared: Sequence[DayKey], with_officer: bool) -> str:
    """Each day with the moment from which its key may be published; no key, so that the receipt may be shown."""
    days = [
        {"day": _day(each).isoformat(), "publishedFrom": (each.end + EMBARGO_INTERVALS) * INTERVAL_SECONDS}
        for each in sorted(shared, key=lambda each: each.start)
    ]
    claims = {
        "iss": "lachan",
        "aud": "lachan-receipt",
        "jti": str(upload.key),
        "reportType": int(upload.report),
        "receivedHour": int(upload.received_at.timestamp()),
        "days": days,
        "officerKnows": with_officer,
        "erasedOn": upload.erase_at.isoformat(),
    }
    return jws.sign(claims, keyring.signing_key(codes.SIGNING_KEY))


def _day(key: DayKey) -> date:
    return datetime.fromtimestamp(key.start * INTERVAL_SECONDS, UTC).date()


def own_upload(key: UUID, secret: str, *, lock: bool = False) -> Upload:
    """The upload whose receipt the sender holds. Raises Refused."""
    found = Upload.objects.select_for_update() if lock else Upload.objects
    upload = found.filter(key=key, secret_hash=hash_token(secret)).first()
    if upload is None:
        raise Refused(
            "receipt_unknown", _("Không có biên nhận này, hoặc khóa đã được xóa."), status=HTTPStatus.NOT_FOUND
        )
    return upload


@transaction.atomic
def revoke(*, key: UUID, secret: str) -> Upload:
    """Take the keys back: those not yet out are erased, the others are called back by the next key file; encounters
    confirmed with them are erased. Twice changes nothing. Raises Refused."""
    upload = own_upload(key, secret, lock=True)
    if upload.revoked_at is None:
        take_back(upload)
    return upload


@transaction.atomic
def take_back(upload: Upload) -> None:
    """What revoking does, also when the person is erased."""
    audit.record(action="proximity.keys.revoke", subject=upload.person_id, obj=upload)
    upload.keys.filter(out=False).delete()
    upload.heard.all().delete()
    upload.encounters.all().delete()
    upload.revoked_at, upload.person, upload.outbreak = _hour(timezone.now()), None, None
    upload.save(update_fields=["revoked_at", "person", "outbreak"])
