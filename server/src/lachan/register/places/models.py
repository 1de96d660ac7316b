"""Places people go to: one register, shared by check-in and the safety map."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.bulk import ImportJob
from lachan.ground.platform.ids import uuid7
from lachan.ground.platform.text import fold
from lachan.register.areas.models import Area


class Place(models.Model):
    """A public place with a responsible owner. `key` is its public id; its codes are secrets of whoever stands
    there."""

    class Kind(models.TextChoices):
        OFFICE = "office", _("công sở")
        HOSPITAL = "hospital", _("bệnh viện, trạm y tế")
        SCHOOL = "school", _("trường học")
        SUPERMARKET = "supermarket", _("siêu thị")
        MARKET = "market", _("chợ")
        LODGING = "lodging", _("cơ sở lưu trú")
        RESTAURANT = "restaurant", _("nhà hàng, quán ăn")
        TRANSPORT = "transport", _("bến xe, nhà ga")
        WORSHIP = "worship", _("cơ sở tôn giáo")
        EVENT = "event", _("sự kiện")
        OTHER = "other", _("nơi khác")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    name = models.TextField()
    folded = models.TextField(editable=False)
    kind = models.TextField(choices=Kind)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    address = models.TextField(blank=True, default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    # Opening hours that differ by weekday (hours.py); null: opens and closes hold every day.
    week = models.JSONField(null=True)
    # How many may be inside at once; null: no limit was given.
    capacity = models.PositiveIntegerField(null=True)
    # Minutes people usually stay, where the owner knows better than the kind of place; null: as the kind.
    typical_minutes = models.PositiveSmallIntegerField(null=True)
    # Closed for the season: its codes still take whoever comes all the same, since a visit must not be lost.
    paused_at = models.DateTimeField(null=True)
    reopens_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area", "kind"], name="places_area_kind")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.folded = fold(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Part(models.Model):
    """A gate, floor, table or coach of a place, with a code of its own that leads to the same place."""

    class Kind(models.TextChoices):
        GATE = "gate", _("cổng")
        FLOOR = "floor", _("tầng, khu")
        TABLE = "table", _("bàn")
        COACH = "coach", _("toa, xe")

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="parts")
    kind = models.TextField(choices=Kind)
    name = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "kind", "name"], condition=models.Q(removed_at=None), name="places_part_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlaceCode(models.Model):
    """A random code on the place's poster. In no map, export or log: only someone who stood there knows it."""

    class Reason(models.TextChoices):
        COPIED = "copied", _("bị chụp, chép lại")
        MOVED = "moved", _("bị mang đi nơi khác")
        COVERED = "covered", _("bị dán đè, che mất")
        LOST = "lost", _("bị mất, rách")
        REMOVED = "removed", _("không dùng nữa")

    code = models.CharField(max_length=16, primary_key=True)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="codes")
    # The gate or sub-area it hangs at; null: the place as a whole.
    part = models.ForeignKey(
        Part, on_delete=models.CASCADE, null=True, related_name="codes", db_constraint=False, db_index=False
    )
    # A screen's code is good only together with the tag of the half minute (rotation.py).
    rotating = models.BooleanField(default=False, db_default=False)
    issued_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.TextField(choices=Reason, blank=True, default="", db_default="")
    # Its entry in the directory of its commune (directory.py), and of which commune: slow to make, so kept.
    digest = models.BinaryField(null=True)
    digest_area = models.TextField(blank=True, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["part"], condition=models.Q(part__isnull=False), name="places_code_part")]

    def __str__(self) -> str:
        return f"code of place {self.place_id}"


class PlaceStaff(models.Model):
    """Who answers for the place (owner) and who stands at its gate (gatekeeper)."""

    class Role(models.TextChoices):
        OWNER = "owner", _("chủ cơ sở")
        GATEKEEPER = "gatekeeper", _("người gác cổng")

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="staff")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="places")
    role = models.TextField(choices=Role)
    since = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "account"], condition=models.Q(until=None), name="places_staff_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} of place {self.place_id}"


class PlaceInvite(models.Model):
    """A phone number asked to help at the place. Becomes PlaceStaff when its owner signs in, so that nobody learns
    from an invitation whether a number has an account."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="invites")
    phone_hash = models.BinaryField(db_index=True)
    # The last three digits, so that the owner can tell the invitations apart.
    ending = models.CharField(max_length=3)
    role = models.TextField(choices=PlaceStaff.Role)
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    # SHA-256 of the token in the message's link; it shows the invitation to the invited number only.
    token_hash = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["token_hash"], condition=models.Q(token_hash__isnull=False), name="places_invite_token"
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk} to place {self.place_id}"


class PlaceTransfer(models.Model):
    """An owner's offer to hand the place to a phone number. It changes hands only when that number says yes."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="transfers")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    phone_hash = models.BinaryField(db_index=True)
    ending = models.CharField(max_length=3)
    token_hash = models.BinaryField(unique=True)
    offered_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place"],
                condition=models.Q(accepted_at=None, declined_at=None, withdrawn_at=None),
                name="places_one_open_transfer",
            )
        ]

    def __str__(self) -> str:
        return f"transfer {self.pk} of place {self.place_id}"


class CodeReport(models.Model):
    """Someone says that a code is not where it belongs. Whoever it was is not kept."""

    class What(models.TextChoices):
        OTHER_PLACE = "other_place", _("Mã hiện tên một nơi khác")
        COVERED = "covered", _("Mã bị dán đè một mã khác")
        OTHER_SITE = "other_site", _("Quét xong mở một trang lạ")
        UNREADABLE = "unreadable", _("Mã rách, mờ, không quét được")

    # Null when the reporter had no code that is ours.
    place = models.ForeignKey(Place, on_delete=models.CASCADE, null=True, related_name="reports")
    part = models.ForeignKey(Part, on_delete=models.SET_NULL, null=True, related_name="+")
    # Whose work it is: the commune of the place, or the one the reporter names.
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    what = models.TextField(choices=What)
    note = models.TextField(blank=True, default="")
    reported_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"report {self.pk} of place {self.place_id}"


class PlaceImport(ImportJob):
    """A spreadsheet of places on its way in. The file holds owners' phone numbers."""

    with_twins = models.BooleanField(default=False)
    twins = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["status", "created_at"], name="places_import_queue")]

    def __str__(self) -> str:
        return f"import {self.pk} {self.status}"
