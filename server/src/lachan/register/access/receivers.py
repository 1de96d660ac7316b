"""What follows from allauth's events: the session's proof of a second factor, and an officer's audit rows."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.access.scope import officer_actor


@receiver(mfa.authenticator_added)
def on_added(request: HttpRequest, user: Account, authenticator: Authenticator, **_rest: Any) -> None:
    """Setting up a TOTP key or passkey proves it: the code or signature was just checked."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, method="mfa", type=authenticator.type, id=authenticator.pk)
    _write(user, "access.factor.add", authenticator)


@receiver(mfa.authenticator_removed)
def on_removed(user: Account, authenticator: Authenticator, **_rest: Any) -> None:
    _write(user, "access.factor.remove", authenticator)


@receiver(user_logged_in)
def on_signed_in(user: Account, **_rest: Any) -> None:
    if user.is_officer:
        with transaction.atomic(), audit.acting(officer_actor(user)):
            audit.record(action="access.officer.sign_in", obj=user)


def _write(user: Account, action: str, authenticator: Authenticator) -> None:
    # allauth sends some of these after the commit, outside the request's transaction.
    with transaction.atomic(), audit.acting(officer_actor(user)):
        audit.record(action=action, obj=user, detail={"type": authenticator.type})
