"""Places people go to: one register, shared by check-in and the safety map."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

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
    capacity = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area", "kind"], name="places_area_kind")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.folded = fold(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class PlaceCode(models.Model):
    """A random code on the place's poster. In no map, export or log: only someone who stood there knows it."""

    code = models.CharField(max_length=16, primary_key=True)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="codes")
    issued_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

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
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation {self.pk} to place {self.place_id}"
