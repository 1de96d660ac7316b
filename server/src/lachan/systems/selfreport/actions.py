"""Keeping a day's report, and what goes when a consent is taken back."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.forms.actions import record_response
from lachan.register.forms.models import Draft, FormVersion, Response
from lachan.register.people import consents
from lachan.register.people.models import Person
from lachan.systems.selfreport import purposes, risk, work
from lachan.systems.selfreport.models import DailyReport, WorkItem

FORM = "daily-health"
KEEP = timedelta(days=30)


class NotAllowedError(Exception):
    """The person has not allowed a diary to be kept."""


@transaction.atomic
def record_report(
    *,
    person: Person,
    version: FormVersion,
    answers: dict[str, Any],
    by: Account,
    key: UUID | None = None,
    at: datetime | None = None,
    for_another: bool = False,
) -> DailyReport:
    """Keep a day's answers with what the rules make of them, and tell the health station where that is allowed.

    The same key gives the report already kept. Raises NotAllowedError, and what forms.record_response raises.
    """
    if not consents.given(person, purposes.DIARY):
        raise NotAllowedError
    moment = at or timezone.now()
    day = timezone.localtime(moment).date()
    response = record_response(
        version=version,
        person=person,
        answers=answers,
        by=by,
        answered_at=moment,
        erase_at=day + KEEP,
        key=key,
        for_another=for_another,
    )
    known = DailyReport.objects.filter(response=response).first()
    if known is not None:
        return known
    judged = risk.judge(response.answers)
    temperature = response.answers.get("temperature")
    report = DailyReport.objects.create(
        person=person,
        response=response,
        day=day,
        at=moment,
        area=person.area,
        level=judged.level.value,
        reasons=list(judged.reasons),
        fever=judged.fever,
        ill=judged.ill,
        temperature=None if temperature is None else Decimal(str(temperature)),
        shared=consents.given(person, purposes.STATION),
        counted=consents.given(person, purposes.COUNT),
        erase_at=response.erase_at,
    )
    work.of_report(report)
    return report


def follow_withdrawal(*, person: Person, purpose: str, **_more: Any) -> None:
    """A consent was taken back: what rested on it goes, or stops being used."""
    reports = DailyReport.objects.filter(person=person)
    if purpose == purposes.DIARY:
        Draft.objects.filter(person=person, version__form_id=FORM).delete()
        # The answers carry the reports with them.
        gone = Response.objects.filter(person=person, version__form_id=FORM).delete()[0]
        audit.record(action="selfreport.diary.erase", subject=person.pk, detail={"rows": gone})
    if purpose == purposes.COUNT:
        reports.update(counted=False)
    if purpose in {purposes.DIARY, purposes.STATION}:
        reports.update(shared=False)
        WorkItem.objects.filter(person=person, kind=WorkItem.Kind.PERSON, closed_at=None).delete()
