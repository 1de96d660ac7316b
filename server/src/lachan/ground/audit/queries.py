"""Reads of the trail."""

from django.db.models import QuerySet

from lachan.ground.audit.models import AuditEvent


def about(person_id: int) -> QuerySet[AuditEvent]:
    """Everything the trail says of the person, newest first."""
    return AuditEvent.objects.filter(subject_id=person_id).order_by("-at", "-pk")
