"""Contacts of an outbreak, the exposures that made them, and the runs of trace() that found them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.ids import uuid7
from lachan.register.people.models import Person
from lachan.register.places.models import Place
from lachan.register.profiles.models import ProfileVersion
from lachan.response.cases.models import Case, Outbreak


class TraceRun(models.Model):
    """One run of trace(): which cases, by which rules, what it found."""

    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="runs")
    profile = models.ForeignKey(ProfileVersion, on_delete=models.PROTECT, related_name="+")
    horizon = models.DateTimeField()
    depth = models.PositiveSmallIntegerField()
    found = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"run {self.pk} of {self.outbreak_id}"


class Contact(models.Model):
    """One person exposed in one outbreak, with all evidence. An officer's decision survives a re-trace."""

    class Status(models.TextChoices):
        FOUND = "found", _("chờ xem xét")
        CONFIRMED = "confirmed", _("đã xác nhận")
        DISMISSED = "dismissed", _("đã bỏ")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="contacts")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contacts")
    level = models.PositiveSmallIntegerField()
    first_exposure_at = models.DateTimeField()
    last_exposure_at = models.DateTimeField()
    status = models.TextField(choices=Status, default=Status.FOUND)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.TextField(blank=True, default="")
    # False once a re-trace no longer finds the exposure; the officer's decision and its record stay.
    current = models.BooleanField(default=True)
    erase_at = models.DateField()

    outbreak_id: int
    person_id: int
    decided_by_id: int | None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outbreak", "person"], name="tracing_one_contact"),
            models.CheckConstraint(
                condition=models.Q(status="found", decided_at=None)
                | (~models.Q(status="found") & models.Q(decided_at__isnull=False)),
                name="tracing_decision_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="dismissed", reason=""), name="tracing_dismissal_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["outbreak", "level", "status"], name="tracing_contact_list")]

    def __str__(self) -> str:
        return f"F{self.level} {self.person_id}"


class Exposure(models.Model):
    """One meeting that made a contact: with whom, where, how long for certain and at most, and by which rule."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="exposures")
    level = models.PositiveSmallIntegerField()
    index_case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    # The person met: the index case's person at F1, a contact's person beyond; null once that person is erased.
    via = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    source = models.TextField()
    kind = models.TextField()
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()
    minutes_certain = models.PositiveIntegerField()
    minutes_possible = models.PositiveIntegerField()
    evidence = models.JSONField(default=dict)

    contact_id: int
    index_case_id: int
    via_id: int | None
    place_id: int | None

    class Meta:
        indexes = [models.Index(fields=["contact", "level"], name="tracing_exposure_contact")]

    def __str__(self) -> str:
        return f"{self.source} {self.minutes_possible} min"
