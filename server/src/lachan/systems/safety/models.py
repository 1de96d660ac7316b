"""What facilities commit to, what they and inspectors found, and the status that follows from it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.ids import uuid7
from lachan.register.people.models import Person
from lachan.register.places.models import Place


class CriteriaVersion(models.Model):
    """A set of criteria as a document (criteria.py says its shape): drafted, published with a date, retired.

    A published document is never edited (the database refuses it): what was judged by it keeps it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("bản nháp")
        PUBLISHED = "published", _("đã ban hành")
        RETIRED = "retired", _("đã thay")

    code = models.TextField()
    number = models.PositiveSmallIntegerField()
    state = models.TextField(choices=State, default=State.DRAFT)
    document = models.JSONField()
    valid_from = models.DateField(null=True)
    # The first day on which it no longer holds.
    retired_on = models.DateField(null=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="safety_version_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class Facility(models.Model):
    """A place that has joined: which set it follows since when, and the head of its chain of entries.

    Writers of entries lock this row, so that each place's chain grows one by one and no other place waits.
    """

    place = models.OneToOneField(Place, on_delete=models.PROTECT, primary_key=True, related_name="safety")
    criteria = models.TextField(db_index=True)
    # Which set it followed from when on, the newest last: [["2026-11-01T…", "school"], …].
    followed = models.JSONField(default=list)
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    length = models.PositiveIntegerField(default=0)
    head = models.BinaryField(default=bytes(32))

    place_id: int

    def __str__(self) -> str:
        return f"facility {self.place_id}"


class Entry(models.Model):
    """One link of a facility's chain (chain.py). The database refuses to delete it or to change what is linked.

    Name, person and the nonce that binds them are not linked themselves: they go on their date, and the chain still
    holds. `at` is when the form was filled in, corrected for the phone's clock; `day` is that day in Viet Nam.
    """

    class Kind(models.TextChoices):
        COMMITMENT = "commitment", _("cam kết trong ngày")
        ASSESSMENT = "assessment", _("tự đánh giá")
        INSPECTION = "inspection", _("kiểm tra")
        REPLY = "reply", _("trả lời")

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="safety_entries")
    number = models.PositiveIntegerField()
    # Made on the phone: sending twice makes one entry.
    key = models.UUIDField(unique=True)
    kind = models.TextField(choices=Kind)
    day = models.DateField()
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    version = models.ForeignKey(CriteriaVersion, on_delete=models.PROTECT, null=True, related_name="+")
    answers = models.JSONField(default=dict)
    # What the rule made of the answers on that day: an Outcome of criteria.py, "" for a commitment or a reply.
    outcome = models.TextField(blank=True, default="")
    band = models.TextField(blank=True, default="")
    score = models.IntegerField(null=True)
    maximum = models.IntegerField(null=True)
    mend_until = models.DateTimeField(null=True)
    # A commitment: whether every task that applies is done.
    complete = models.BooleanField(null=True)
    note = models.TextField(blank=True, default="")
    # What a reply answers.
    about = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    # Seconds the form was open, and what the day asked for beside the tasks: signals for inspectors, never verdicts.
    seconds = models.PositiveIntegerField(null=True)
    challenge = models.TextField(blank=True, default="")
    # SHA-256 of what the phone sent, so that the same key with another body is refused.
    digest = models.BinaryField()
    # SHA-256(nonce, account, device, name).
    signer = models.BinaryField()
    previous = models.BinaryField()
    hash = models.BinaryField()

    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.TextField(blank=True, default="")
    account_number = models.BigIntegerField(null=True)
    device_number = models.BigIntegerField(null=True)
    nonce = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "number"], name="safety_entry_number")]
        indexes = [
            models.Index(fields=["place", "kind", "-at"], name="safety_entry_latest"),
            models.Index(fields=["received_at"], name="safety_entry_received"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of place {self.place_id}"


class Photo(models.Model):
    """A picture that goes with an entry, already drawn anew: smaller, without what the camera wrote into the file."""

    key = models.UUIDField(unique=True, default=uuid7)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="photos")
    sha256 = models.BinaryField()
    # A JPEG; null once its time is over. The hash stays.
    content = models.BinaryField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="safety_photo_received")]

    def __str__(self) -> str:
        return f"photo {self.pk}"


class Closure(models.Model):
    """A time for which the place was closed for the season, as the register of places said."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place"], condition=models.Q(end=None), name="safety_one_open_closure")
        ]

    def __str__(self) -> str:
        return f"closure {self.pk} of place {self.place_id}"


class Status(models.Model):
    """The current status of each facility: the one table that the map reads. Written by the steward alone.

    `next_at` is when it may change by itself; whoever makes something known sets it to now. `change` is the number of
    its last row in StatusChange.
    """

    place = models.OneToOneField(Place, on_delete=models.CASCADE, primary_key=True, related_name="safety_status")
    # A State of standing.py, or "gone" for a place that has closed for good.
    state = models.TextField(default="none")
    outcome = models.TextField(blank=True, default="")
    declared = models.TextField(blank=True, default="")
    inspected = models.TextField(blank=True, default="")
    committed_at = models.DateTimeField(null=True)
    assessed_at = models.DateTimeField(null=True)
    inspected_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    next_at = models.DateTimeField()
    change = models.BigIntegerField(default=0)

    place_id: int

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="safety_status_next"),
            models.Index(fields=["state"], name="safety_status_state"),
        ]

    def __str__(self) -> str:
        return f"{self.state} at place {self.place_id}"


class StatusChange(models.Model):
    """The history of statuses, and the feed of changes: numbers rise in the order in which they were committed."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    before = models.TextField(blank=True, default="")
    state = models.TextField()
    outcome = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["place", "-id"], name="safety_change_place")]

    def __str__(self) -> str:
        return f"{self.before} → {self.state} at place {self.place_id}"


class DayRoot(models.Model):
    """What was received on one day, as one hash that anybody may keep: Merkle root over the entries, linked to the day
    before."""

    day = models.DateField(unique=True)
    entries = models.PositiveIntegerField()
    merkle = models.BinaryField()
    previous = models.BinaryField()
    root = models.BinaryField()
    published_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"root of {self.day}"
