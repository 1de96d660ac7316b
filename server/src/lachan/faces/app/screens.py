"""That a screen's code was right when its link was opened, kept in the form while its reader chooses who arrives."""

from django.core import signing
from django.http import HttpRequest
from django.utils import timezone

from lachan.register.places import rotation

SALT = "app.screen"
#: As long as it takes to tick the family and press; a form left open longer asks for a new scan.
PATIENCE_S = 300


def seen(request: HttpRequest, code: str, tag: str | None) -> str | None:
    """A proof for the form that the tag fitted, or the one that the form brings; None when there is neither."""
    brought = request.POST.get("screen", "")
    if brought:
        try:
            kept = signing.loads(brought, salt=SALT, max_age=PATIENCE_S)
        except signing.BadSignature:
            return None
        return brought if kept == code else None
    if tag is None or not rotation.fits(code, tag, timezone.now()):
        return None
    return signing.dumps(code, salt=SALT)
