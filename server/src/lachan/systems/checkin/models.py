"""What the ingest lane appends (events and receipts) and what is projected from it (stays).

The tables are made by migration 0001 in SQL, since Django does not know partitions or covering storage options.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.ids import uuid7
from lachan.register.access.models import Account
from lachan.register.areas.models import Area
from lachan.register.people.models import Person
from lachan.register.places.models import Part, Place


class Direction(models.IntegerChoices):
    IN = 1, _("đến")
    OUT = 2, _("đi")


class Trust(models.IntegerChoices):
    """How far an event can be believed, weakest first."""

    POSTER = 1, _("mã dán tường")
    NEARBY = 2, _("mã dán tường, máy ở gần")
    ROTATING = 3, _("mã đổi liên tục")
    GATEKEEPER = 4, _("người gác cổng")


class Means(models.IntegerChoices):
    """How a gatekeeper knew whom to write down. A paper slip's time is the one written on it."""

    PASS = 1, _("thẻ qua cổng")
    CARD = 2, _("giấy tờ")
    PHONE = 3, _("số điện thoại")
    DECLARED = 4, _("khai hộ")
    PAPER = 5, _("phiếu giấy")


class Receipt(models.Model):
    """The first answer to an idempotency key of a device; a replay returns it. Not partitioned, so the key is
    unique for good.

    Found by its real key, (device_id, key); `key` alone is only what Django needs to call something primary.
    """

    device_id = models.BigIntegerField()
    key = models.UUIDField(primary_key=True)
    # SHA-256 of what the client meant: code or holder, direction, its own time, person; not of the moment it sent.
    body_hash = models.BinaryField()
    event_id = models.UUIDField()
    place = models.ForeignKey(Place, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    at = models.DateTimeField()
    direction = models.SmallIntegerField(choices=Direction)
    # Seconds added to the device's clock; null when the clock was right within tolerance.
    clock_offset = models.IntegerField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "checkin_receipt"

    def __str__(self) -> str:
        return f"receipt {self.key}"


class Event(models.Model):
    """One scan, as it happened, never changed. Partitioned by `at`, the corrected time of the device.

    A column `txid` (the writing transaction, filled by the database) lets the projection read each event once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Person, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    place = models.ForeignKey(Place, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    at = models.DateTimeField()
    direction = models.SmallIntegerField(choices=Direction)
    trust = models.SmallIntegerField(choices=Trust)
    clock_offset = models.IntegerField(null=True)
    by_account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    device_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()
    # Metres, in hundreds, that the phone was at least away from the place; null when it did not say where it was.
    apart = models.IntegerField(null=True)
    # How a gatekeeper knew whom; null: the visitor scanned.
    means = models.SmallIntegerField(choices=Means, null=True)
    # The gate, floor, table or coach whose code was scanned, or where the gatekeeper stood; null: the place as a whole.
    part = models.ForeignKey(Part, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False)

    class Meta:
        managed = False
        db_table = "checkin_event"

    def __str__(self) -> str:
        return f"event {self.id}"


class Visit(models.Model):
    """A stay projected from events: certain until `certain_until`, possible until `t_out`. Can be rebuilt at any
    time."""

    class Ending(models.IntegerChoices):
        SCANNED = 1, _("quét khi rời đi")
        NEXT_PLACE = 2, _("đến nơi khác")
        CLOSING = 3, _("giờ đóng cửa")
        TYPICAL = 4, _("theo thời gian thường ở")

    # The id of the event that opened the stay, so that it survives a re-projection and evidence can name it.
    id = models.UUIDField(primary_key=True, default=uuid7)
    place = models.ForeignKey(Place, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    person = models.ForeignKey(Person, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    t_in = models.DateTimeField()
    t_out = models.DateTimeField()
    certain_until = models.DateTimeField()
    ending = models.SmallIntegerField(choices=Ending)
    trust = models.SmallIntegerField(choices=Trust)
    # Ids of the parts of the place that were scanned during the stay, in order of the ids; null: none.
    parts = ArrayField(models.BigIntegerField(), null=True)

    class Meta:
        managed = False
        db_table = "checkin_visit"

    def __str__(self) -> str:
        return f"visit {self.id}"

    @property
    def at_gate(self) -> bool:
        """Whether a gatekeeper wrote the person down, at least once during the stay."""
        return self.trust == Trust.GATEKEEPER


class PrivateCount(models.Model):
    """How many came to, or left, a place in an hour without a name. Unverified: anybody who has the code can add.

    Of no person, device or address; written by the lane (private.py).
    """

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    # The beginning of the hour.
    hour = models.DateTimeField()
    direction = models.SmallIntegerField(choices=Direction)
    visits = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "hour", "direction"], name="checkin_private_hour_once")]
        indexes = [models.Index(fields=["hour"], name="checkin_private_hour")]

    def __str__(self) -> str:
        return f"{self.visits} at {self.place_id}"


class PrivateOnce(models.Model):
    """The one-time id of a count that has been added, so that its repetition is not. Says nothing else of it."""

    once = models.UUIDField(primary_key=True)
    # Erased after this day: by then a repetition would be refused for its hour.
    until = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="checkin_once_until")]

    def __str__(self) -> str:
        return f"once {self.once}"


class WorkItem(models.Model):
    """Something about a place that an officer should look at: who looks, and how it ended. It names no person."""

    class Kind(models.TextChoices):
        REPORT = "report", _("Người dân báo mã sai chỗ")
        FAR = "far", _("Mã được quét ở xa")
        TRAVEL = "travel", _("Đi nhanh không thể có")
        BURST = "burst", _("Một máy quét dồn dập")
        HOURS = "hours", _("Quét ngoài giờ mở cửa")
        SILENT = "silent", _("Đăng ký mà không ai quét")

    class Outcome(models.TextChoices):
        REPLACED = "replaced", _("Đã đổi mã, dán bảng mới")
        REMINDED = "reminded", _("Đã nhắc chủ cơ sở")
        CORRECTED = "corrected", _("Đã sửa giờ, vị trí hoặc thông tin")
        CLOSED = "closed", _("Nơi này đã đóng")
        NOTHING = "nothing", _("Đã xem, không có gì lạ")
        PASSED = "passed", _("Tự hết")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    kind = models.TextField(choices=Kind)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, null=True, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    # What makes two findings one item: the place, the pair of places, the report.
    about = models.TextField()
    detail = models.JSONField(default=dict)
    opened_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()
    owner = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    outcome = models.TextField(choices=Outcome, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about"], condition=models.Q(closed_at=None), name="checkin_work_open_once"
            )
        ]
        indexes = [models.Index(fields=["area", "kind", "-seen_at"], name="checkin_work_area")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
