"""Accounts, their devices and one-time codes, and which role an officer holds over which area."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.fields import SealedTextField
from lachan.ground.platform.ids import uuid7
from lachan.register.areas.models import Area


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username=username)


class Account(AbstractBaseUser):
    """Someone who signs in: a citizen by phone and one-time code, an officer by password and second factor."""

    username = models.TextField(unique=True)
    name = models.TextField(blank=True, default="")
    is_officer = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    phone = SealedTextField(null=True)
    phone_hash = models.BinaryField(null=True, unique=True)
    language = models.TextField(default="vi")
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name


class RoleAssignment(models.Model):
    """An officer's role over an area and all below it. What the role may do is code (roles.py)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="assignments")
    role = models.TextField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    granted_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "area"],
                condition=models.Q(revoked_at=None),
                name="access_one_live_assignment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} over {self.area_id}"


class Device(models.Model):
    """A signed-in phone or browser: the ingest lane and the app know it by the hash of its random token."""

    token_hash = models.BinaryField(unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="devices")
    label = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"device {self.pk} of account {self.account_id}"


class OneTimeCode(models.Model):
    """A six-digit code sent to a phone number. Only its hash is kept; five wrong tries end it."""

    phone_hash = models.BinaryField()
    code_hash = models.BinaryField()
    sent_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["phone_hash", "-id"], name="access_code_latest")]

    def __str__(self) -> str:
        return f"code {self.pk}"


class RateBucket(models.Model):
    """One token bucket of the rate limiter, shared by every process."""

    key = models.TextField(primary_key=True)
    tokens = models.FloatField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Sms(models.Model):
    """A text message: queued with the change that needs it, sent by a job, confirmed by the carrier's receipt."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("chờ gửi")
        SENT = "sent", _("đã gửi")
        DELIVERED = "delivered", _("đã nhận")
        FAILED = "failed", _("không gửi được")

    # Sent with every try, so that a carrier that already took the message does not send it twice.
    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    to = SealedTextField()
    text = SealedTextField()
    status = models.TextField(choices=Status, default=Status.QUEUED)
    carrier_id = models.TextField(blank=True, default="", db_index=True)
    tries = models.SmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    due_at = models.DateTimeField(default=timezone.now)
    # A one-time code that arrives late is worth nothing; null for a message without an hour.
    useless_after = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(status="queued"), name="access_sms_due")]

    def __str__(self) -> str:
        return f"sms {self.pk} {self.status}"
