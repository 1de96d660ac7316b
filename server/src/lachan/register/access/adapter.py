"""How allauth works here: no signing up, secrets sealed with the key outside the database, our own QR code."""

from io import BytesIO

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from lachan.ground.platform import keyring
from lachan.register.access.views import ip_of

_CONTEXT = "mfa_authenticator.secret"


class OfficerAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Officers are made by an administrator, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        # Officers have no mail address here; what happens to their second factor is in the audit trail.
        return None

    def get_client_ip(self, request: HttpRequest) -> str:
        """What the limit of failed sign-ins counts as one address."""
        return ip_of(request)


class SealingMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return keyring.seal(text, _CONTEXT).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return keyring.unseal(bytes.fromhex(encrypted_text), _CONTEXT)

    def build_totp_svg(self, url: str) -> str:
        image = BytesIO()
        segno.make_qr(url).save(image, kind="svg", scale=4, border=4, light="white", xmldecl=False, svgns=True)
        return image.getvalue().decode()
