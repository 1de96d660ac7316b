"""Daily health reports of a family, and the items they give the health station to do."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.fields import SealedTextField
from lachan.ground.platform.ids import uuid7
from lachan.register.areas.models import Area
from lachan.register.forms.models import Response
from lachan.register.people.models import Person
from lachan.systems.selfreport.risk import Level

LEVELS = {
    Level.URGENT: _("cần gọi 115"),
    Level.CALL: _("cần được gọi"),
    Level.WATCH: _("cần theo dõi"),
    Level.WELL: _("khỏe"),
    Level.UNKNOWN: _("chưa hỏi"),
}


class DailyReport(models.Model):
    """How a person was on one day. The answers themselves are the forms room's; here is what the rules made of them.

    `shared` and `counted` keep what the person allowed when it was given: the station may read it, the day is counted.
    """

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="daily_reports")
    response = models.OneToOneField(Response, on_delete=models.CASCADE, related_name="daily_report")
    day = models.DateField()
    at = models.DateTimeField()
    # Where the person lived then: what the day is counted under.
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    level = models.TextField(choices=[(level.value, words) for level, words in LEVELS.items()])
    reasons = models.JSONField(default=list)
    fever = models.BooleanField(null=True)
    ill = models.BooleanField(null=True)
    temperature = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    shared = models.BooleanField(default=False)
    counted = models.BooleanField(default=False)
    erase_at = models.DateField()

    person_id: int
    area_id: int | None

    class Meta:
        indexes = [
            models.Index(fields=["person", "-day", "-at"], name="selfreport_diary"),
            models.Index(fields=["area", "day"], condition=models.Q(counted=True), name="selfreport_counted"),
            models.Index(fields=["erase_at"], name="selfreport_report_erase"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"


class WorkItem(models.Model):
    """Something for the health station of a commune: whose it is, and how it ended."""

    class Kind(models.TextChoices):
        ASK = "ask", _("Xin được gọi")
        PERSON = "person", _("Có dấu hiệu")
        TIP = "tip", _("Phản ánh")
        SIGNAL = "signal", _("Sốt, ho tăng")

    class What(models.TextChoices):
        CASE = "case", _("Người có dấu hiệu bệnh")
        ENTRANT = "entrant", _("Người từ nước ngoài về chưa khai báo")

    class Outcome(models.TextChoices):
        HELPED = "helped", _("Đã gọi, đã hướng dẫn")
        VISITED = "visited", _("Đã tới tận nơi")
        REFERRED = "referred", _("Đã chuyển tới cơ sở y tế")
        UNREACHED = "unreached", _("Gọi nhiều lần không gặp")
        NOTHING = "nothing", _("Đã xem, không có gì lạ")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    kind = models.TextField(choices=Kind)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    # Whom it is about; null for a signal, which is about a commune, and for what somebody saw nearby.
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    # Who told of it, so that they can see how it ended.
    teller = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    # What makes two findings one item while it is open.
    about = models.TextField()
    detail = models.JSONField(default=dict)
    note = SealedTextField(null=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    # When it went up to the province, because the commune had not ended it in time.
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    outcome = models.TextField(choices=Outcome, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    erase_at = models.DateField()

    person_id: int | None
    owner_id: int | None
    area_id: int

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about"], condition=models.Q(closed_at=None), name="selfreport_open_once"
            )
        ]
        indexes = [
            models.Index(fields=["area", "opened_at"], name="selfreport_work_area"),
            models.Index(fields=["erase_at"], name="selfreport_work_erase"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
