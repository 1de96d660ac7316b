"""The directory of each commune, made from the codes in force."""

import hashlib
from datetime import UTC, datetime

from django.db.models import Max
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from lachan.ground.platform import keyring
from lachan.register.areas import queries as areas
from lachan.register.areas.models import Area
from lachan.register.places import directory
from lachan.register.places.models import PlaceCode

KEY = "directory"
DAY_S = 86_400
# A phone that has no network for a week has lost more than the newest code; one that never asks again must not believe
# an old list for ever.
VALID_S = 8 * DAY_S


def of(commune: Area, now: datetime | None = None) -> tuple[bytes, str]:
    """The signed directory of a commune in force, and its tag: equal while neither the codes nor the day changed."""
    now = now or timezone.now()
    everything = PlaceCode.objects.filter(place__area__in=areas.within(commune.pk))
    live = everything.filter(revoked_at=None, place__closed_at=None)
    _fill(commune, list(live.exclude(digest_area=commune.code, digest__isnull=False)))
    digests = [bytes(one) for one in live.values_list("digest", flat=True) if one is not None]
    changed = everything.aggregate(
        last=Max(Greatest("issued_at", Coalesce("revoked_at", "issued_at"), Coalesce("place__closed_at", "issued_at")))
    )["last"]
    issued = int(now.timestamp()) // DAY_S * DAY_S
    edition = int((changed or datetime(2026, 1, 1, tzinfo=UTC)).timestamp())
    content = directory.encode(
        digests,
        commune=commune.code,
        edition=edition,
        issued=issued,
        valid_until=issued + VALID_S,
        key=keyring.signing_key(KEY),
    )
    # The signature differs each time it is made, so it is no part of the tag.
    return content, hashlib.sha256(content[: -directory.SIGNATURE_BYTES]).hexdigest()[:32]


def _fill(commune: Area, codes: list[PlaceCode]) -> None:
    for code in codes:
        code.digest, code.digest_area = directory.digest(code.code, commune.code), commune.code
    PlaceCode.objects.bulk_update(codes, ["digest", "digest_area"], batch_size=1000)
