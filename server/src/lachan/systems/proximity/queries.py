"""What the officer's pages read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from lachan.response.cases.models import Case
from lachan.response.cases.states import Status
from lachan.response.tracing.models import Contact
from lachan.systems.proximity import log
from lachan.systems.proximity.models import Code, Decoy, Encounter, Heard, KeyFile, Upload
from lachan.systems.proximity.states import State

Areas = QuerySet[Any, int]


@dataclass(frozen=True)
class Coverage:
    """Codes and uploads of the officer's areas; devices, keys and files of the whole country."""

    codes: int
    used: int
    uploads: int
    identifiers: int
    unknown: int
    encounters: int
    contacts: int
    decoys_a_day: int
    files: int
    newest_file: datetime | None
    # The first entry of the public log that does not follow from the one before; None while it holds.
    log_broken_at: int | None


def codes_in(areas: Areas) -> QuerySet[Code]:
    """The codes of outbreaks run there, newest first."""
    found = Code.objects.filter(outbreak__area__in=areas)
    return found.select_related("person__area", "case", "contact", "outbreak").order_by("-issued_at", "-pk")


def cases_without_code(areas: Areas) -> QuerySet[Case]:
    """Probable and confirmed cases of outbreaks run there that have neither a code they can still use nor used one,
    newest first."""
    live = Q(status__in=[State.ISSUED, State.CLAIMED, State.CERTIFIED], expires_at__gt=timezone.now())
    coded = Code.objects.filter(live | Q(status=State.USED), case=OuterRef("pk"))
    return (
        Case.objects.filter(outbreak__area__in=areas, status__in=[Status.PROBABLE, Status.CONFIRMED])
        .exclude(Exists(coded))
        .select_related("person__area", "outbreak")
        .order_by("-reported_at", "-pk")
    )


def uploads_in(areas: Areas) -> QuerySet[Upload]:
    """The uploads whose owner let the officer know, with `identifiers` heard, `unknown` ones and `days`."""
    return (
        Upload.objects.filter(outbreak__area__in=areas, person__isnull=False)
        .select_related("person__area", "outbreak")
        .annotate(
            days=Count("keys", distinct=True),
            identifiers=Count("heard", distinct=True),
            unknown=Count("heard", filter=Q(heard__confirmed=False), distinct=True),
            answers=Count("encounters", distinct=True),
        )
        .order_by("-received_at", "-pk")
    )


def coverage(areas: Areas) -> Coverage:
    """How far Bluezone reaches."""
    codes = Code.objects.filter(outbreak__area__in=areas)
    heard = Heard.objects.filter(upload__outbreak__area__in=areas)
    day = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=24)
    newest = KeyFile.objects.order_by("-end").values_list("end", flat=True).first()
    return Coverage(
        codes=codes.count(),
        used=codes.filter(status=Code.Status.USED).count(),
        uploads=Upload.objects.filter(outbreak__area__in=areas, person__isnull=False).count(),
        identifiers=heard.count(),
        unknown=heard.filter(confirmed=False).count(),
        encounters=Encounter.objects.filter(upload__outbreak__area__in=areas).count(),
        contacts=Contact.objects.filter(outbreak__area__in=areas, current=True, exposures__source="proximity")
        .distinct()
        .count(),
        decoys_a_day=Decoy.objects.filter(hour__gte=day).count(),
        files=KeyFile.objects.count(),
        newest_file=newest,
        log_broken_at=log.broken_at(),
    )
