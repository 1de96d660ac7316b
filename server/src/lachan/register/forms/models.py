"""Forms as versioned documents, and the answers given under a version."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.ids import uuid7
from lachan.register.people.models import Person


class Form(models.Model):
    code = models.SlugField(primary_key=True)

    def __str__(self) -> str:
        return self.code


class FormVersion(models.Model):
    """One version of a form: draft, then published, then retired; a published document is never edited."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("bản nháp")
        PUBLISHED = "published", _("đang dùng")
        RETIRED = "retired", _("đã thôi dùng")

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    status = models.TextField(choices=Status, default=Status.DRAFT)
    document = models.JSONField()
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="forms_version_once"),
            models.UniqueConstraint(
                fields=["form"], condition=models.Q(status="published"), name="forms_one_published"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.number}"


class Response(models.Model):
    """Answers as given, under the version they were given under. A missing answer is missing, never "no"."""

    key = models.UUIDField(unique=True, default=uuid7)
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="responses")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    answers = models.JSONField()
    answered_at = models.DateTimeField()
    erase_at = models.DateField()

    def __str__(self) -> str:
        return f"response {self.pk}"
