"""Who answers for a place: invitations accepted or declined, hand-overs that both sides agree to, duties that end."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform import keyring
from lachan.register.access import sms
from lachan.register.access.models import Account
from lachan.register.places.errors import RefusedError
from lachan.register.places.models import Place, PlaceInvite, PlaceStaff, PlaceTransfer

INVITATION = timedelta(days=14)


def _token() -> tuple[str, bytes]:
    """A one-time token for a link, and what is kept of it."""
    token = secrets.token_urlsafe(16)
    return token, token_hash(token)


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def invite_staff(*, place: Place, phone: str, role: str, address: str = "") -> PlaceInvite:
    """Ask the owner of a phone number (E.164, "+84…") to help at the place; valid 14 days.

    `address` ("https://host/places/answer/") begins the link in the message; without it no message is sent. The answer
    is the same whether or not the number has an account. Inviting again renews the invitation.
    """
    phone_hash = keyring.blind_index("phone", phone)
    now = timezone.now()
    PlaceInvite.objects.filter(
        place=place, phone_hash=phone_hash, accepted_at=None, declined_at=None, withdrawn_at=None
    ).update(withdrawn_at=now)
    token, kept = _token()
    invite = PlaceInvite.objects.create(
        place=place,
        phone_hash=phone_hash,
        ending=phone[-3:],
        role=PlaceStaff.Role(role),
        expires_at=now + INVITATION,
        token_hash=kept,
    )
    if address:
        what = {"place": place.name, "role": str(PlaceStaff.Role(role).label), "link": f"{address}{token}/"}
        text = _("Lá Chắn: %(place)s mời nhận việc %(role)s. Nhận hoặc từ chối: %(link)s") % what
        sms.queue(to=phone, text=text, useless_after=invite.expires_at)
    audit.record(action="places.staff.invite", obj=place, detail={"invite": invite.pk, "role": invite.role})
    return invite


@transaction.atomic
def accept_invite(*, invite: PlaceInvite, account: Account) -> PlaceStaff | None:
    """Take up the duty. None when the invitation is no longer open; ValueError when it is another number's."""
    locked = _answerable(PlaceInvite, invite.pk, account)
    if locked is None:
        return None
    locked.accepted_at = timezone.now()
    locked.save(update_fields=["accepted_at"])
    duty, made = PlaceStaff.objects.get_or_create(
        place_id=locked.place_id, account=account, until=None, defaults={"role": locked.role}
    )
    if not made and locked.role == PlaceStaff.Role.OWNER and duty.role != locked.role:
        # A gatekeeper who is made owner: the old duty ends, so that each row says what was true when.
        duty.until = timezone.now()
        duty.save(update_fields=["until"])
        duty = PlaceStaff.objects.create(place_id=locked.place_id, account=account, role=locked.role)
    audit.record(action="places.staff.accept", obj=locked.place, detail={"invite": locked.pk})
    return duty


@transaction.atomic
def decline_invite(*, invite: PlaceInvite, account: Account) -> bool:
    """Say no. False when the invitation is no longer open; ValueError when it is another number's."""
    locked = _answerable(PlaceInvite, invite.pk, account)
    if locked is None:
        return False
    locked.declined_at = timezone.now()
    locked.save(update_fields=["declined_at"])
    audit.record(action="places.staff.decline", obj=locked.place, detail={"invite": locked.pk})
    return True


def _answerable(model: Any, pk: int, account: Account) -> Any:
    """The open row of that number, locked; None when it was answered, withdrawn or ran out meanwhile."""
    row = model.objects.select_for_update().get(pk=pk)
    if account.phone_hash is None or bytes(row.phone_hash) != bytes(account.phone_hash):
        raise ValueError("this was offered to another number")
    answered = row.accepted_at or row.declined_at or row.withdrawn_at
    return None if answered or row.expires_at <= timezone.now() else row


@transaction.atomic
def withdraw_invite(*, invite: PlaceInvite) -> None:
    if PlaceInvite.objects.filter(pk=invite.pk, accepted_at=None, declined_at=None, withdrawn_at=None).update(
        withdrawn_at=timezone.now()
    ):
        audit.record(action="places.staff.withdraw", obj=invite.place, detail={"invite": invite.pk})


@transaction.atomic
def offer_place(*, place: Place, giver: Account, phone: str, address: str = "") -> PlaceTransfer:
    """Offer to hand the place over to a phone number; nothing changes until it says yes. Replaces an earlier offer."""
    withdraw_offer(place=place)
    token, kept = _token()
    offer = PlaceTransfer.objects.create(
        place=place,
        giver=giver,
        phone_hash=keyring.blind_index("phone", phone),
        ending=phone[-3:],
        token_hash=kept,
        expires_at=timezone.now() + INVITATION,
    )
    if address:
        what = {"place": place.name, "link": f"{address}{token}/"}
        text = _("Lá Chắn: chủ của %(place)s muốn giao nơi này lại. Nhận hoặc từ chối: %(link)s") % what
        sms.queue(to=phone, text=text, useless_after=offer.expires_at)
    audit.record(action="places.transfer.offer", obj=place, detail={"transfer": offer.pk})
    return offer


@transaction.atomic
def withdraw_offer(*, place: Place) -> None:
    """Take back an offer that was not answered."""
    for offer in place.transfers.select_for_update().filter(accepted_at=None, declined_at=None, withdrawn_at=None):
        offer.withdrawn_at = timezone.now()
        offer.save(update_fields=["withdrawn_at"])
        audit.record(action="places.transfer.withdraw", obj=place, detail={"transfer": offer.pk})


@transaction.atomic
def accept_place(*, offer: PlaceTransfer, account: Account) -> bool:
    """The other side says yes: the account becomes owner and the giver's ownership ends, at one moment.

    False when the offer is no longer open, also when the giver no longer owns the place; ValueError for another number.
    """
    locked = _answerable(PlaceTransfer, offer.pk, account)
    if locked is None:
        return False
    now = timezone.now()
    held = PlaceStaff.objects.select_for_update().filter(place_id=locked.place_id, until=None)
    given = held.filter(account_id=locked.giver_id, role=PlaceStaff.Role.OWNER)
    if not given.exists():
        return False
    given.update(until=now)
    held.filter(account=account).update(until=now)
    PlaceStaff.objects.create(place_id=locked.place_id, account=account, role=PlaceStaff.Role.OWNER)
    locked.accepted_at = now
    locked.save(update_fields=["accepted_at"])
    audit.record(
        action="places.transfer.accept",
        obj=locked.place,
        detail={"transfer": locked.pk, "from": locked.giver_id, "to": account.pk},
    )
    return True


@transaction.atomic
def decline_place(*, offer: PlaceTransfer, account: Account) -> bool:
    """The other side says no: everything stays. False when no longer open; ValueError for another number."""
    locked = _answerable(PlaceTransfer, offer.pk, account)
    if locked is None:
        return False
    locked.declined_at = timezone.now()
    locked.save(update_fields=["declined_at"])
    audit.record(action="places.transfer.decline", obj=locked.place, detail={"transfer": locked.pk})
    return True


@transaction.atomic
def end_duty(*, staff: PlaceStaff) -> None:
    """The person no longer helps at the place. Raises RefusedError for its last owner."""
    owners = PlaceStaff.objects.select_for_update().filter(
        place_id=staff.place_id, role=PlaceStaff.Role.OWNER, until=None
    )
    if staff.role == PlaceStaff.Role.OWNER and len(owners) <= 1:
        raise RefusedError(_("Nơi này cần ít nhất một chủ cơ sở. Mời người khác làm chủ trước."))
    if PlaceStaff.objects.filter(pk=staff.pk, until=None).update(until=timezone.now()):
        audit.record(action="places.staff.end", obj=staff.place, detail={"account": staff.account_id})
