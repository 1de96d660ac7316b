"""Forms as versioned documents, the answers given under a version, and answers not yet sent."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.ids import uuid7
from lachan.register.forms.document import Document, reopen
from lachan.register.people.models import Person


class Form(models.Model):
    code = models.SlugField(primary_key=True)

    def __str__(self) -> str:
        return self.code


class FormVersion(models.Model):
    """One version of a form: draft, then published for a time, then retired.

    The database refuses to change a published document or its first moment (migration 0002).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("bản nháp")
        WAITING = "waiting", _("chờ đến ngày")
        IN_FORCE = "in_force", _("đang dùng")
        RETIRED = "retired", _("đã thôi dùng")

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    document = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)
    # In force from the first moment until just before the last.
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="forms_version_once"),
            models.UniqueConstraint(
                fields=["form"],
                condition=models.Q(published_at__isnull=False, valid_until=None),
                name="forms_one_open_ended",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at=None, valid_from=None, valid_until=None)
                | models.Q(published_at__isnull=False, valid_from__isnull=False),
                name="forms_published_has_a_first_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gte=models.F("valid_from")),
                name="forms_validity_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.number}"

    @property
    def content(self) -> Document:
        return reopen(self.document)

    def status(self, at: datetime | None = None) -> Status:
        """What the version is at that moment (now)."""
        at = at or timezone.now()
        if self.valid_from is None:
            return self.Status.DRAFT
        if self.valid_until is not None and self.valid_until <= at:
            return self.Status.RETIRED
        return self.Status.WAITING if at < self.valid_from else self.Status.IN_FORCE


class Response(models.Model):
    """Answers as given, under the version they were given under. A missing answer is missing, never "no"."""

    key = models.UUIDField(unique=True, default=uuid7)
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="responses")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    answers = models.JSONField()
    answered_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    erase_at = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "-answered_at"], name="forms_response_person"),
            models.Index(fields=["erase_at"], name="forms_response_erase"),
        ]

    def __str__(self) -> str:
        return f"response {self.pk}"


class Draft(models.Model):
    """Answers of a signed-in account not yet sent, so that a form can be left and taken up again on another device."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # What is being filled in, in the words of the room that asks, e.g. "selfreport:2026-08-13:41".
    purpose = models.TextField()
    version = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    state = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)
    erase_at = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "purpose"], name="forms_draft_once")]
        indexes = [models.Index(fields=["erase_at"], name="forms_draft_erase")]

    def __str__(self) -> str:
        return f"draft {self.pk}"
