"""Text messages: queued in the transaction that needs them, sent by a chore, confirmed by the carrier's receipt."""

import hashlib
import hmac
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import httpx
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from lachan.register.access.models import Sms

logger = logging.getLogger(__name__)

MAX_TRIES = 6
FIRST_RETRY_S = 2
TIMEOUT_S = 10.0
BATCH = 50
# A receipt older than this is a replay; the carrier's clock may be off by as much.
RECEIPT_AGE_S = 300
KEEP_DAYS = 7


def queue(*, to: str, text: str, useless_after: datetime | None = None) -> Sms:
    """Put a message to an E.164 number in the queue; it leaves only if the transaction commits."""
    return Sms.objects.create(to=to, text=text, useless_after=useless_after)


class TryLaterError(Exception):
    """The carrier could not take the message now. `after_s` is its own wish, or None."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class RefusedError(Exception):
    """The carrier will never take this message."""


class Carrier(Protocol):
    def send(self, *, to: str, text: str, key: str) -> str:
        """Hand the message over and return the carrier's id of it. The same key never sends twice.

        Raises TryLaterError or RefusedError.
        """


@dataclass(frozen=True)
class HttpCarrier:
    """A gateway that takes POST {to, from, text, reference} as JSON and answers {"id": …}."""

    url: str
    sender: str
    token: str

    def send(self, *, to: str, text: str, key: str) -> str:
        if not self.url:
            raise TryLaterError("LACHAN_SMS_URL is not set")
        try:
            answer = httpx.post(
                self.url,
                json={"to": to, "from": self.sender, "text": text, "reference": key},
                headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": key},
                timeout=TIMEOUT_S,
            )
        except httpx.HTTPError as error:
            raise TryLaterError(type(error).__name__) from error
        if answer.status_code in {408, 425, 429} or answer.status_code >= 500:
            wish = answer.headers.get("Retry-After", "")
            raise TryLaterError(f"HTTP {answer.status_code}", float(wish) if wish.isdigit() else None)
        if not answer.is_success:
            raise RefusedError(f"HTTP {answer.status_code}")
        try:
            return str(answer.json()["id"])
        except (ValueError, KeyError, TypeError) as error:
            # Taken or not, nobody can say; the key makes asking again harmless.
            raise TryLaterError("no id in the answer") from error


@dataclass(frozen=True)
class DevelopmentCarrier:
    """Sends nothing: the development page shows the messages. Refused outside the demo by a system check."""

    def send(self, *, to: str, text: str, key: str) -> str:
        return f"dev-{key}"


def carrier() -> Carrier:
    """The carrier of this installation (settings.SMS). Raises ValueError for an unknown name."""
    match settings.SMS["carrier"]:
        case "http":
            return HttpCarrier(settings.SMS["url"], settings.SMS["sender"], settings.SMS["token"])
        case "development" if settings.DEMO:
            return DevelopmentCarrier()
        case other:
            raise ValueError(f"LACHAN_SMS_CARRIER must be http (or, in the demo, development), not {other!r}")


def send_due(limit: int = BATCH) -> int:
    """Send what is due, one transaction a message, and return how many were tried."""
    tried = 0
    chosen = carrier()
    while tried < limit and _send_one(chosen):
        tried += 1
    return tried


@transaction.atomic
def _send_one(chosen: Carrier) -> bool:
    now = timezone.now()
    # The row stays locked while the carrier is asked, so that two senders never take the same one.
    due = Sms.objects.select_for_update(skip_locked=True).filter(status=Sms.Status.QUEUED, due_at__lte=now)
    message = due.order_by("due_at").first()
    if message is None:
        return False
    if message.useless_after is not None and message.useless_after <= now:
        _fail(message, "too late to be of use")
        return True
    message.tries += 1
    try:
        message.carrier_id = chosen.send(to=str(message.to), text=str(message.text), key=str(message.key))
    except TryLaterError as error:
        wait = error.after_s if error.after_s is not None else FIRST_RETRY_S * 2 ** (message.tries - 1)
        message.error, message.due_at = str(error), now + timedelta(seconds=wait)
        if message.tries >= MAX_TRIES:
            _fail(message, f"given up after {message.tries} tries: {error}")
        else:
            _save(message)
    except RefusedError as error:
        _fail(message, str(error))
    else:
        message.status, message.error = Sms.Status.SENT, ""
        _save(message)
    return True


def _save(message: Sms) -> None:
    # Never the sealed columns: they would be sealed anew for nothing.
    message.save(update_fields=["status", "tries", "error", "due_at", "carrier_id", "updated_at"])


def _fail(message: Sms, reason: str) -> None:
    message.status, message.error = Sms.Status.FAILED, reason
    _save(message)
    logger.warning("sms %s not sent: %s", message.pk, reason)


def sign_receipt(body: bytes, stamp: int, secret: str) -> str:
    """HMAC-SHA-256 of "<unix seconds>.<body>" in hex: what the carrier puts in the signature header."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def receipt_is_genuine(body: bytes, stamp: str, signature: str) -> bool:
    """Whether the receipt was signed with the shared secret, lately. False when no secret is set."""
    secret = settings.SMS["receipt_secret"]
    if not secret or not (stamp.isascii() and stamp.isdigit()) or not signature.isascii():
        return False
    if abs(timezone.now().timestamp() - int(stamp)) > RECEIPT_AGE_S:
        return False
    return hmac.compare_digest(sign_receipt(body, int(stamp), secret), signature)


def take_receipt(*, carrier_id: str, delivered: bool, reason: str = "") -> bool:
    """Note the carrier's word about a message; a second receipt changes nothing. False for an unknown id."""
    message = Sms.objects.select_for_update().filter(carrier_id=carrier_id).exclude(carrier_id="").first()
    if message is None:
        return False
    if message.status == Sms.Status.SENT:
        message.status = Sms.Status.DELIVERED if delivered else Sms.Status.FAILED
        message.error = "" if delivered else (reason or "not delivered")[:200]
        _save(message)
    return True
