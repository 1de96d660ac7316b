"""Reads of contacts and runs. A face narrows every one of them by its officer's scope."""

from django.db.models import QuerySet

from lachan.response.cases.models import Outbreak
from lachan.response.tracing.models import Contact, TraceRun


def contacts(outbreak: Outbreak) -> QuerySet[Contact]:
    """The contacts that the last trace found, closest first."""
    return Contact.objects.filter(outbreak=outbreak, current=True).order_by("level", "first_exposure_at", "pk")


def last_run(outbreak: Outbreak) -> TraceRun | None:
    """The newest trace of the outbreak, or None."""
    return TraceRun.objects.filter(outbreak=outbreak).order_by("-pk").first()
