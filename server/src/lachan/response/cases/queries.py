"""Reads of outbreaks and cases. A face narrows every one of them by its officer's scope."""

from datetime import datetime

from django.db.models import QuerySet

from lachan.register.profiles.document import Profile
from lachan.response.cases.models import Case, Outbreak
from lachan.response.cases.states import INDEX
from lachan.response.cases.window import infectious_window


def index_cases(outbreak: Outbreak) -> QuerySet[Case]:
    """The cases that tracing starts from: probable and confirmed."""
    return Case.objects.filter(outbreak=outbreak, status__in=sorted(INDEX)).order_by("pk")


def windows(outbreak: Outbreak, profile: Profile, now: datetime) -> list[tuple[Case, datetime, datetime]]:
    """Every index case with its infectious window."""
    return [(case, *infectious_window(case, profile, now)) for case in index_cases(outbreak)]
