"""Reads of notices."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from lachan.register.access.models import Account
from lachan.register.people import queries as people
from lachan.response.alerts.models import DirectNotice, FeedEdition, PlaceNotice, Release
from lachan.response.cases.models import Outbreak

# Within which somebody on the call list is told; past it the call is late.
CALLED_WITHIN = timedelta(hours=24)


def inbox(account: Account) -> QuerySet[DirectNotice]:
    """The notices for the account's person and its wards, newest first; withdrawn ones stay, so that one learns of
    it."""
    return (
        DirectNotice.objects.filter(
            person__in=people.acts_for(account), channel=DirectNotice.Channel.ACCOUNT, erase_at__gt=timezone.localdate()
        )
        .select_related("person")
        .order_by("-issued_at", "-pk")
    )


def call_list(areas: Iterable[int] | QuerySet[Any, int]) -> QuerySet[DirectNotice]:
    """Whom to call, living in those areas (a subquery of access.scope.visible), longest waiting first."""
    return (
        DirectNotice.objects.filter(
            channel=DirectNotice.Channel.CALL,
            called_at=None,
            withdrawn_at=None,
            person__area__in=areas,
            # Whoever has become a case meanwhile is called as a case.
            contact__current=True,
        )
        .select_related("person__area", "contact__outbreak")
        .order_by("issued_at", "pk")
    )


def place_notices_in_force() -> QuerySet[PlaceNotice]:
    """What is published now, newest first."""
    return (
        PlaceNotice.objects.live()
        .filter(erase_at__gt=timezone.localdate())
        .select_related("place__area", "outbreak__disease")
        .order_by("-start", "pk")
    )


def waiting_releases(outbreaks: QuerySet[Outbreak]) -> QuerySet[Release]:
    """What a second officer is asked to release in those outbreaks, the most pressing first."""
    return (
        Release.objects.filter(state=Release.State.WAITING, outbreak__in=outbreaks)
        .select_related("proposed_by", "outbreak")
        .prefetch_related("windows__place")
        .annotate(people=Count("contacts"))
        .order_by("due_at", "pk")
    )


def newest_edition() -> FeedEdition | None:
    """The edition that phones fetch, or None before the first."""
    return FeedEdition.objects.order_by("-number").first()
