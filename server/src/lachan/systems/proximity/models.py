"""One-time codes, what was published with them, what people confirmed, key files, and the public log of both."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.ids import uuid7
from lachan.register.people.models import Person
from lachan.response.cases.models import Case, Outbreak
from lachan.response.tracing.models import Contact
from lachan.systems.proximity.states import State


class Report(models.IntegerChoices):
    """Why keys are published, in the numbers of the export format."""

    CONFIRMED = 1, _("ca xác định")
    CLINICAL = 2, _("ca có thể")
    RECURSIVE = 4, _("tiếp xúc nghi ngờ")
    REVOKED = 5, _("đã rút lại")


class Code(models.Model):
    """A one-time code that an officer gave to a case, or to a suspected contact. Only hashes are kept."""

    class Status(models.TextChoices):
        ISSUED = State.ISSUED.value, _("chưa nhập")
        CLAIMED = State.CLAIMED.value, _("đã nhập, chưa gửi")
        CERTIFIED = State.CERTIFIED.value, _("đang gửi")
        USED = State.USED.value, _("đã gửi")
        WITHDRAWN = State.WITHDRAWN.value, _("đã thu hồi")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    code_hash = models.BinaryField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, related_name="+")
    report = models.PositiveSmallIntegerField(choices=Report)
    onset_on = models.DateField(null=True)
    status = models.TextField(choices=Status, default=Status.ISSUED)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    # Of the token given for the code, and the value that binds the keys; both leave once the keys are published, so
    # that nothing but the person's own choice leads from the code to them.
    token_hash = models.BinaryField(null=True, unique=True)
    mac = models.BinaryField(null=True)
    erase_at = models.DateField()

    case_id: int | None
    contact_id: int | None
    person_id: int
    outbreak_id: int

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case__isnull=False, contact=None) | models.Q(case=None, contact__isnull=False),
                name="proximity_code_case_or_contact",
            ),
        ]
        indexes = [models.Index(fields=["outbreak", "-issued_at"], name="proximity_code_list")]

    def __str__(self) -> str:
        return f"code {self.pk} {self.status}"


class Upload(models.Model):
    """Keys one person published. `person` and `outbreak` are there only when the person let the officer know."""

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    mac = models.BinaryField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    outbreak = models.ForeignKey(Outbreak, on_delete=models.SET_NULL, null=True, related_name="+")
    report = models.PositiveSmallIntegerField(choices=Report)
    # Whole hours: a finer time would lead back to the code.
    received_at = models.DateTimeField()
    secret_hash = models.BinaryField(unique=True)
    receipt = models.TextField()
    revoked_at = models.DateTimeField(null=True)
    erase_at = models.DateField()

    person_id: int | None
    outbreak_id: int | None

    class Meta:
        indexes = [models.Index(fields=["outbreak", "-received_at"], name="proximity_upload_list")]

    def __str__(self) -> str:
        return f"upload {self.pk}"


class KeyFile(models.Model):
    """A signed export file as devices fetch it. It never changes; a person's keys do not lead to it by name."""

    name = models.TextField(unique=True)
    start = models.DateTimeField()
    end = models.DateTimeField()
    content = models.BinaryField()
    digest = models.BinaryField()
    # With the padding: how many of them are real is not told.
    keys = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    erase_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["end"], name="proximity_file_end")]

    def __str__(self) -> str:
        return self.name


class PublishedKey(models.Model):
    """A day key with consent to publish; `file` once it is out, `revoked_file` once it is called back."""

    tek = models.BinaryField(unique=True)
    start = models.PositiveIntegerField()
    period = models.PositiveSmallIntegerField()
    # Days from onset to the key's day; null when unknown.
    onset = models.SmallIntegerField(null=True)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="keys")
    file = models.ForeignKey(KeyFile, on_delete=models.SET_NULL, null=True, related_name="+")
    out = models.BooleanField(default=False)
    revoked_out = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["start"], condition=models.Q(out=False), name="proximity_key_waiting"),
        ]

    def __str__(self) -> str:
        return f"key {self.pk}"


class Heard(models.Model):
    """One identifier that the publisher's device heard in one interval, behind a tag; shared by choice."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="heard")
    tag = models.BinaryField()
    interval = models.PositiveIntegerField()
    certain = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    attenuation = models.PositiveSmallIntegerField()
    # True once its owner has confirmed.
    confirmed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "tag"], name="proximity_heard_once")]

    def __str__(self) -> str:
        return f"heard {self.pk}"


class Encounter(models.Model):
    """A time near each other that both owners chose to confirm, and that both devices noted."""

    class Attenuation(models.IntegerChoices):
        NEAR = 0, _("rất gần, có thể trong 2 m")
        MIDDLE = 1, _("gần, khoảng 2 m")
        FAR = 2, _("xa hơn, vài mét")
        FAINT = 3, _("yếu, có thể cách tường")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    # The encounter outlives the keys it rests on.
    upload = models.ForeignKey(Upload, on_delete=models.SET_NULL, null=True, related_name="encounters")
    # Who published, and who answered.
    publisher = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    answerer = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seconds_certain = models.PositiveIntegerField()
    attenuation = models.PositiveSmallIntegerField(choices=Attenuation)
    # Percent of what the answerer claimed that the publisher's device had noted alike.
    confidence = models.PositiveSmallIntegerField()
    confirmed_at = models.DateTimeField()
    erase_at = models.DateField()

    publisher_id: int
    answerer_id: int

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(publisher=models.F("answerer")), name="proximity_two_people"),
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="proximity_time_passes"),
            models.UniqueConstraint(fields=["upload", "answerer", "starts_at"], name="proximity_encounter_once"),
        ]
        indexes = [
            models.Index(fields=["publisher", "starts_at"], name="proximity_by_publisher"),
            models.Index(fields=["answerer", "starts_at"], name="proximity_by_answerer"),
        ]

    def __str__(self) -> str:
        return f"encounter {self.pk}"


class Decoy(models.Model):
    """A dummy upload, of which nothing but its hour is kept: it hides the real ones and counts the devices alive."""

    hour = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["hour"], name="proximity_decoy_hour")]

    def __str__(self) -> str:
        return f"decoy {self.pk}"


class LogEntry(models.Model):
    """A link of the public chain: a key file made or erased, or settings changed."""

    class Kind(models.TextChoices):
        FILE = "file", _("tệp khóa")
        ERASED = "erased", _("đã xóa tệp khóa")
        SETTINGS = "settings", _("cài đặt")

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.TextField(choices=Kind)
    subject = models.TextField()
    digest = models.BinaryField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.subject}"
