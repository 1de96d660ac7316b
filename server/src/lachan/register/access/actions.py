"""Changes of accounts and roles. Codes are in otp.py, devices in tokens.py."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.password_validation import validate_password
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform.ids import uuid7
from lachan.register.access import phones, signals
from lachan.register.access.models import Account, RoleAssignment
from lachan.register.access.roles import ROLES, Permission
from lachan.register.access.scope import can
from lachan.register.areas.models import Area, Level


class NotAllowedError(Exception):
    """The acting officer may not do this."""


class AccountClosedError(ValueError):
    """The account of this phone was closed; signing in does not open it again."""


@transaction.atomic
def create_officer(
    *, username: str, name: str, password: str, role: str, area: Area, by: Account | None = None
) -> Account:
    """An officer's account with one role. Raises ValidationError (weak password), ValueError, NotAllowedError.

    `by` is the officer who grants it; None only for the command line, whose operator holds the database anyway.
    """
    account = Account(username=username.strip().lower(), name=name.strip(), is_officer=True)
    if not account.username or not account.name:
        raise ValueError(_("Ghi tên đăng nhập và họ tên của cán bộ."))
    if Account.objects.filter(username=account.username).exists():
        raise ValueError(_("Đã có tài khoản “%(username)s”. Chọn tên đăng nhập khác.") % {"username": account.username})
    validate_password(password, account)
    account.set_password(password)
    account.save()
    audit.record(action="access.officer.create", obj=account)
    grant_role(account=account, role=role, area=area, by=by)
    return account


@transaction.atomic
def grant_role(*, account: Account, role: str, area: Area, by: Account | None = None) -> RoleAssignment:
    """Give the officer a role over an area. Raises ValueError (unknown role, wrong level), NotAllowedError."""
    if role not in ROLES:
        raise ValueError(f"unknown role {role!r}; one of {', '.join(ROLES)}")
    if not account.is_officer:
        raise ValueError(_("Tài khoản của người dân không nhận vai trò cán bộ. Tạo tài khoản cán bộ riêng."))
    if Level(area.level) not in ROLES[role].levels:
        message = _("Vai trò “%(role)s” không giao ở %(area)s.")
        raise ValueError(message % {"role": ROLES[role].name, "area": area.name})
    _check_granter(by, role, area)
    assignment, created = RoleAssignment.objects.get_or_create(
        account=account, role=role, area=area, revoked_at=None, defaults={"granted_by": by}
    )
    if created:
        audit.record(
            action="access.role.grant", obj=assignment, detail={"account": account.pk, "role": role, "area": area.pk}
        )
    return assignment


@transaction.atomic
def revoke_role(*, assignment: RoleAssignment, by: Account | None = None) -> None:
    """End the assignment. Revoking twice changes nothing. Raises NotAllowedError."""
    _check_granter(by, assignment.role, assignment.area)
    if RoleAssignment.objects.filter(pk=assignment.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record(action="access.role.revoke", obj=assignment, detail={"account": assignment.account_id})


def _check_granter(by: Account | None, role: str, area: Area) -> None:
    if by is None:
        return
    if not can(by, Permission.OFFICER_GRANT, area.pk):
        raise NotAllowedError(_("Chỉ giao vai trò trong địa bàn mình phụ trách."))
    # Who could hand out a role above its own would have that role.
    held = by.assignments.filter(revoked_at=None).values_list("role", "area__level")
    top = min((level for _role, level in held), default=Level.COMMUNE)
    if area.level < top or (ROLES[role].permissions - _permissions_of(by) and area.level == top):
        raise NotAllowedError(_("Không giao vai trò rộng hơn vai trò của chính mình."))


def _permissions_of(account: Account) -> frozenset[Permission]:
    codes = account.assignments.filter(revoked_at=None).values_list("role", flat=True)
    return frozenset().union(*(ROLES[code].permissions for code in codes if code in ROLES))


@transaction.atomic
def deactivate(*, account: Account) -> None:
    """Close the account: sessions and devices stop working at once."""
    if Account.objects.filter(pk=account.pk, is_active=True).update(is_active=False):
        account.devices.filter(revoked_at=None).update(revoked_at=timezone.now())
        audit.record(action="access.account.deactivate", obj=account)


@transaction.atomic
def enroll_totp(account: Account) -> str:
    """Give the officer a TOTP key and return it (base32) to be put in an authenticator app. Replaces an earlier one."""
    secret: str = generate_totp_secret()
    Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).delete()
    Authenticator.objects.create(
        user=account, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(secret)}
    )
    audit.record(action="access.totp.enroll", obj=account)
    return secret


@transaction.atomic
def create_citizen(*, phone: str, name: str, area: Area) -> Account:
    """The account of a phone number that has just been proved by a code; one it already has is returned.

    Raises ValueError without a name, AccountClosedError. The register of people makes or finds its person in the same
    transaction (signals.citizen_joined).
    """
    if not name.strip():
        raise ValueError(_("Ghi họ và tên, ví dụ Nguyễn Thị Hạnh."))
    number = phones.normalise(phone)
    phone_hash = phones.index(number)
    with connection.cursor() as cursor:
        # Two tabs may have proved the number at once; the second waits and finds the account of the first.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(phone_hash[:8], "big", signed=True)])
    known = Account.objects.filter(phone_hash=phone_hash).first()
    if known is not None:
        if not known.is_active:
            raise AccountClosedError(_("Tài khoản của số này đã đóng. Gọi trạm y tế nơi ở để mở lại."))
        return known
    account = Account(username=f"c-{uuid7()}", name=name.strip(), phone=number, phone_hash=phone_hash)
    account.set_unusable_password()
    account.save()
    audit.record(action="access.citizen.create", obj=account)
    signals.citizen_joined.send(sender=Account, account=account, phone=number, name=account.name, area=area)
    return account


def account_of_phone(number: str) -> Account | None:
    """The live citizen's account of an E.164 number."""
    return Account.objects.filter(phone_hash=phones.index(number), is_active=True, is_officer=False).first()
