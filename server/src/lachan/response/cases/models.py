"""Outbreaks, cases and laboratory tests."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.ids import uuid7
from lachan.register.areas.models import Area
from lachan.register.people.models import Person
from lachan.register.profiles.models import Disease


class Outbreak(models.Model):
    """One disease spreading in one area: what contacts are counted within."""

    disease = models.ForeignKey(Disease, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    # Case numbers of this outbreak are prefix-0001, prefix-0002, ...
    prefix = models.TextField(unique=True)
    last_number = models.PositiveIntegerField(default=0)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    disease_id: str
    area_id: int

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """A person with the disease, or suspected of it. States and their transitions are in states.py."""

    class Status(models.TextChoices):
        SUSPECTED = "suspected", _("nghi ngờ")
        PROBABLE = "probable", _("có thể")
        CONFIRMED = "confirmed", _("xác định")
        EXCLUDED = "excluded", _("đã loại trừ")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    number = models.TextField(unique=True)
    outbreak = models.ForeignKey(Outbreak, on_delete=models.PROTECT, related_name="cases")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    status = models.TextField(choices=Status)
    onset_on = models.DateField(null=True, blank=True)
    sampled_on = models.DateField(null=True, blank=True)
    isolated_at = models.DateTimeField(null=True, blank=True)
    care = models.TextField(blank=True, default="")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    infector = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="infectees")
    # The id of the row it was imported from, so that importing a corrected file again adds no one twice.
    line_id = models.TextField(blank=True, default="")
    reported_at = models.DateTimeField(auto_now_add=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    erase_at = models.DateField()

    outbreak_id: int
    person_id: int
    area_id: int
    infector_id: int | None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outbreak", "person"], name="cases_one_per_outbreak"),
            models.CheckConstraint(
                condition=models.Q(onset_on__isnull=False) | models.Q(sampled_on__isnull=False),
                name="cases_onset_or_sample",
            ),
            models.CheckConstraint(condition=~models.Q(infector=models.F("id")), name="cases_not_own_infector"),
            models.UniqueConstraint(
                fields=["outbreak", "line_id"], condition=~models.Q(line_id=""), name="cases_line_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class StatusChange(models.Model):
    """How a case came to its status: who decided, when, and why where a reason is asked."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="changes")
    before = models.TextField(choices=Case.Status, blank=True)
    after = models.TextField(choices=Case.Status)
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class LabTest(models.Model):
    """One sample of a case and what the laboratory found."""

    class Result(models.TextChoices):
        PENDING = "pending", _("chờ kết quả")
        POSITIVE = "positive", _("dương tính")
        NEGATIVE = "negative", _("âm tính")
        UNCLEAR = "unclear", _("không rõ")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tests")
    kind = models.TextField()
    sampled_at = models.DateTimeField()
    result = models.TextField(choices=Result, default=Result.PENDING)
    resulted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.result}"
