"""Monitoring plans: the days somebody is watched, a slot for each reading, and what an officer must do about it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.ids import uuid7
from lachan.register.areas.models import Area
from lachan.register.people.models import Person
from lachan.register.profiles.models import Disease
from lachan.response.tracing.models import Contact


class Plan(models.Model):
    """Somebody is watched from one day to another, `times` ("HH:MM") a day."""

    class Reason(models.TextChoices):
        CONTACT = "contact", _("tiếp xúc gần")
        CASE = "case", _("ca bệnh điều trị tại nhà")
        QUARANTINE = "quarantine", _("đang cách ly")

    class Status(models.TextChoices):
        OPEN = "open", _("đang theo dõi")
        DONE = "done", _("đã theo dõi xong")
        STOPPED = "stopped", _("đã dừng")

    class Ending(models.TextChoices):
        WELL = "well", _("hết ngày, khỏe")
        CASE = "case", _("thành ca bệnh")
        NO_CONTACT = "no_contact", _("không phải tiếp xúc")
        MOVED = "moved", _("chuyển đi nơi khác")
        LOST = "lost", _("không liên lạc được")
        RELEASED = "released", _("quyết định cách ly đã đổi hoặc thôi")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="plans")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(choices=Reason)
    disease = models.ForeignKey(Disease, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="plans")
    starts_on = models.DateField()
    # The last day with slots.
    ends_on = models.DateField()
    times = models.JSONField()
    status = models.TextField(choices=Status, default=Status.OPEN)
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    ending = models.TextField(choices=Ending, blank=True, default="")
    erase_at = models.DateField()

    person_id: int
    area_id: int
    disease_id: str

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "disease"], condition=models.Q(status="open"), name="care_one_open_plan"
            ),
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="care_plan_forward"),
        ]
        indexes = [
            models.Index(fields=["area", "status"], name="care_plan_area"),
            models.Index(fields=["erase_at"], name="care_plan_erase"),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}"


class Slot(models.Model):
    """One reading that is due. `symptoms` is null where nobody asked, empty where there were none."""

    class Source(models.TextChoices):
        OWN = "own", _("tự khai")
        STATION = "station", _("trạm y tế ghi")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="slots")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True)
    temperature = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    symptoms = models.JSONField(null=True)
    source = models.TextField(choices=Source, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    missed_at = models.DateTimeField(null=True)

    plan_id: int

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "opens_at"], name="care_slot_once")]
        indexes = [
            models.Index(
                fields=["closes_at"],
                condition=models.Q(reported_at=None, missed_at=None),
                name="care_slot_awaited",
            )
        ]

    def __str__(self) -> str:
        return f"slot {self.pk} of plan {self.plan_id}"


class Task(models.Model):
    """Something about a plan that an officer must do today."""

    class Kind(models.TextChoices):
        SEVERE = "severe", _("Dấu hiệu nặng")
        FEVER = "fever", _("Sốt")
        MISSED = "missed", _("Sót khung giờ khai")
        ENDING = "ending", _("Hết ngày theo dõi")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="tasks")
    kind = models.TextField(choices=Kind)
    slot = models.ForeignKey(Slot, on_delete=models.SET_NULL, null=True, related_name="+")
    # How many slots stand behind it: the second missed one adds to the first.
    count = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField(auto_now_add=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.TextField(blank=True, default="")

    plan_id: int
    owner_id: int | None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "kind"], condition=models.Q(closed_at=None), name="care_task_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of plan {self.plan_id}"
