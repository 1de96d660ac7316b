"""Reading forms: the version in force, drafts, who answered what."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from lachan.register.forms.models import FormVersion


def in_force(code: str, at: datetime | None = None) -> FormVersion | None:
    """The form's version at that moment (now), None when there is none."""
    at = at or timezone.now()
    return (
        FormVersion.objects.filter(form_id=code, valid_from__lte=at)
        .filter(Q(valid_until=None) | Q(valid_until__gt=at))
        .order_by("-valid_from")
        .first()
    )


def all_versions() -> QuerySet[FormVersion]:
    """Every version of every form, newest first within its form."""
    return FormVersion.objects.order_by("form_id", "-number")


def version_before(version: FormVersion) -> FormVersion | None:
    """The version of the same form with the number before it."""
    return FormVersion.objects.filter(form_id=version.form_id, number__lt=version.number).order_by("-number").first()
