"""Changes to the register of places."""

from datetime import time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform import keyring
from lachan.register.access.models import Account
from lachan.register.areas.models import Area
from lachan.register.places import codes
from lachan.register.places.models import Place, PlaceCode, PlaceInvite, PlaceStaff

INVITATION = timedelta(days=14)


class RefusedError(Exception):
    """The change is not possible; the text says why and what to do, in the user's language. `field` names the input."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


@transaction.atomic
def register_place(
    *,
    account: Account,
    name: str,
    kind: str,
    area: Area,
    address: str = "",
    opens: time | None = None,
    closes: time | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    capacity: int | None = None,
) -> Place:
    """A new place with its first code; the account becomes its owner. Degrees are WGS 84.

    Raises RefusedError for a closed area, half a pair of hours, or equal hours (they would mean never open).
    """
    if area.closed:
        raise RefusedError(_("Đơn vị hành chính này đã sáp nhập. Chọn tên mới của xã, phường."), "area")
    if (opens is None) != (closes is None) or (opens is not None and opens == closes):
        raise RefusedError(_("Ghi cả giờ mở cửa và giờ đóng cửa, hoặc để trống cả hai nếu mở suốt ngày."), "closes")
    place = Place.objects.create(
        name=name,
        kind=Place.Kind(kind),
        area=area,
        address=address,
        opens=opens,
        closes=closes,
        latitude=latitude,
        longitude=longitude,
        capacity=capacity,
    )
    PlaceStaff.objects.create(place=place, account=account, role=PlaceStaff.Role.OWNER)
    audit.record(action="places.place.register", obj=place)
    issue_code(place=place)
    return place


@transaction.atomic
def issue_code(*, place: Place) -> PlaceCode:
    """One more valid code for the place. Codes on posters already up stay valid until revoked."""
    code = PlaceCode.objects.create(code=codes.new(), place=place)
    # The code itself is a secret of whoever stands at the place, so the trail holds only its place.
    audit.record(action="places.code.issue", obj=place)
    return code


@transaction.atomic
def revoke_code(*, code: PlaceCode) -> None:
    """End a code (poster stolen or copied): check-ins with it are refused from now on. Twice is harmless."""
    if PlaceCode.objects.filter(pk=code.pk, revoked_at=None).update(revoked_at=timezone.now()):
        code.refresh_from_db()
        audit.record(action="places.code.revoke", obj=code.place)


@transaction.atomic
def replace_codes(*, place: Place) -> PlaceCode:
    """Revoke every code of the place and issue a new one: the owner prints a new poster."""
    for code in place.codes.filter(revoked_at=None):
        revoke_code(code=code)
    return issue_code(place=place)


@transaction.atomic
def close_place(*, place: Place) -> None:
    """The place no longer takes check-ins. Its history stays until its erase date."""
    if Place.objects.filter(pk=place.pk, closed_at=None).update(closed_at=timezone.now()):
        place.refresh_from_db()
        audit.record(action="places.place.close", obj=place)


@transaction.atomic
def invite_staff(*, place: Place, phone: str, role: str) -> PlaceInvite:
    """Ask the owner of a phone number (E.164, "+84…") to help at the place; valid 14 days.

    The answer is the same whether or not the number has an account. Inviting again renews the invitation.
    """
    phone_hash = keyring.blind_index("phone", phone)
    now = timezone.now()
    PlaceInvite.objects.filter(place=place, phone_hash=phone_hash, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=now
    )
    invite = PlaceInvite.objects.create(
        place=place,
        phone_hash=phone_hash,
        ending=phone[-3:],
        role=PlaceStaff.Role(role),
        expires_at=now + INVITATION,
    )
    audit.record(action="places.staff.invite", obj=place, detail={"invite": invite.pk, "role": invite.role})
    return invite


@transaction.atomic
def accept_invites(*, account: Account) -> list[PlaceStaff]:
    """Turn the open invitations to the account's own phone number into duties. The one who signs in has proved the
    number."""
    if account.phone_hash is None:
        return []
    now = timezone.now()
    open_invites = PlaceInvite.objects.select_for_update().filter(
        phone_hash=account.phone_hash, accepted_at=None, withdrawn_at=None, expires_at__gt=now
    )
    staff = []
    for invite in open_invites:
        invite.accepted_at = now
        invite.save(update_fields=["accepted_at"])
        duty, made = PlaceStaff.objects.get_or_create(
            place_id=invite.place_id, account=account, until=None, defaults={"role": invite.role}
        )
        if made:
            audit.record(action="places.staff.accept", obj=invite.place, detail={"invite": invite.pk})
            staff.append(duty)
    return staff


@transaction.atomic
def withdraw_invite(*, invite: PlaceInvite) -> None:
    if PlaceInvite.objects.filter(pk=invite.pk, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=timezone.now()
    ):
        audit.record(action="places.staff.withdraw", obj=invite.place, detail={"invite": invite.pk})


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
