"""Persons, the households they live in, the numbers that identify them, and who may act for whom."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.fields import SealedTextField
from lachan.ground.platform.ids import uuid7
from lachan.ground.platform.text import fold
from lachan.register.areas.models import Area

# Of the folded name: its last word and its first.
_GIVEN_NAME = models.Func(models.F("folded"), models.Value("[^ ]+$"), function="substring")
_FAMILY_NAME = models.Func(models.F("folded"), models.Value(" "), models.Value(1), function="split_part")


class Household(models.Model):
    """People who live at one address. Membership has dates, since tracing asks who lived together then."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    address = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"household {self.pk}"


class Person(models.Model):
    """A human being known to the register, with or without an account. `key` is the only id that leaves the server."""

    class Sex(models.TextChoices):
        NOT_ASKED = "", _("chưa hỏi")
        FEMALE = "female", _("nữ")
        MALE = "male", _("nam")
        OTHER = "other", _("khác")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="person"
    )
    name = models.TextField()
    folded = models.TextField(editable=False)
    birth_date = models.DateField(null=True, blank=True)
    birth_year = models.SmallIntegerField(null=True, blank=True)
    sex = models.TextField(choices=Sex, blank=True, default=Sex.NOT_ASKED)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    erase_at = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["folded"], opclasses=["text_pattern_ops"], name="people_person_folded_like"),
            models.Index(fields=["erase_at"], name="people_person_erase"),
            # What near.py looks through: it repeats these expressions.
            models.Index(fields=["birth_date"], name="people_person_birth"),
            models.Index(fields=["area", "birth_year"], name="people_person_area_year"),
            models.Index("area", _GIVEN_NAME, name="people_person_area_given"),
            models.Index("birth_year", _GIVEN_NAME, _FAMILY_NAME, name="people_person_year_name"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.folded = fold(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Identifier(models.Model):
    """A number that leads to a person: sealed for reading, hashed for finding. A phone may lead to a whole family."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("số điện thoại")
        CITIZEN_ID = "cccd", _("căn cước")
        PASSPORT = "passport", _("hộ chiếu")
        INSURANCE = "bhyt", _("thẻ bảo hiểm y tế")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.TextField(choices=Kind)
    value = SealedTextField()
    value_hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value_hash", "person"], name="people_identifier_once")]

    def __str__(self) -> str:
        return f"{self.kind} of person {self.person_id}"


class HouseholdMember(models.Model):
    """A person's time in a household; `until` is the first day no longer there."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=models.Q(until=None), name="people_one_home"),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gt=models.F("since")), name="people_stay_forward"
            ),
        ]
        indexes = [
            models.Index(
                # Tracing reads who lived together from this index alone.
                fields=["household"],
                include=["person", "since", "until"],
                name="people_member_together",
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} in household {self.household_id}"


class Guardianship(models.Model):
    """The guardian acts for the ward: a child, or an elder who asked for it."""

    class Kind(models.TextChoices):
        CHILD = "child", _("trẻ em")
        ELDER = "elder", _("người cao tuổi")
        OTHER = "other", _("người được giúp")

    guardian = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="wards")
    ward = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="guardians")
    kind = models.TextField(choices=Kind)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guardian", "ward"], condition=models.Q(until=None), name="people_one_guardianship"
            ),
            models.CheckConstraint(condition=~models.Q(guardian=models.F("ward")), name="people_guardian_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} for {self.ward_id}"


class Consent(models.Model):
    """A person's yes to one purpose, with the words shown then. Withdrawn, it stays as proof until its erase date."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.TextField()
    words = models.TextField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # Set when it is withdrawn.
    erase_at = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=models.Q(withdrawn_at=None), name="people_one_consent"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of person {self.person_id}"


class MatchPair(models.Model):
    """Two records that may be one human being, and what an officer said of it. `left` has the smaller id."""

    class State(models.TextChoices):
        OPEN = "open", _("chờ xem")
        DIFFERENT = "different", _("hai người khác nhau")

    class Source(models.TextChoices):
        ENTRY = "entry", _("khi ghi tên")
        BATCH = "batch", _("so cả sổ")
        UNDONE = "undone", _("gỡ một lần gộp")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    left = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    probability = models.FloatField()
    # Keys of similarity.BITS, for and against.
    reasons = models.JSONField(default=list)
    source = models.TextField(choices=Source)
    state = models.TextField(choices=State, default=State.OPEN)
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="people_pair_once"),
            models.CheckConstraint(condition=models.Q(left__lt=models.F("right")), name="people_pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["-probability"], condition=models.Q(state="open"), name="people_pair_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} and {self.right_id}"


class Merge(models.Model):
    """Two records made one. `journal` remembers each row that moved, changed or went, until `undo_until`."""

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    kept = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merges")
    # The bare numbers and the public key of before: the dropped record is not there any more.
    kept_number = models.BigIntegerField()
    dropped_number = models.BigIntegerField()
    dropped_key = models.UUIDField()
    dropped_name = SealedTextField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.TextField()
    rows = models.IntegerField()
    journal = SealedTextField(null=True)
    undo_until = models.DateField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    undo_reason = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["dropped_key"], name="people_merge_dropped")]

    def __str__(self) -> str:
        return f"{self.dropped_number} into {self.kept_number}"


class RightsRequest(models.Model):
    """What a person asks about its own data, with the dates by which the law wants an answer and the deed.

    After an erasure `person` is empty: the request and its receipt remain as the proof, without a name.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", _("xem và nhận bản sao")
        RECTIFY = "rectify", _("sửa chỗ sai")
        ERASE = "erase", _("xóa")
        RESTRICT = "restrict", _("ngừng dùng, phản đối")

    class Status(models.TextChoices):
        OPEN = "open", _("đã gửi")
        TAKEN = "taken", _("đang làm")
        DONE = "done", _("đã làm")
        REFUSED = "refused", _("không làm được")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="rights_requests")
    # Where the officers who answer are: the person's own commune, else that of who asked.
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(choices=Kind)
    # Of a rectification: which detail. "" for the other kinds.
    field = models.TextField(blank=True, default="")
    wish = SealedTextField(null=True)
    status = models.TextField(choices=Status, default=Status.OPEN)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    answer_by = models.DateField()
    done_by = models.DateField()
    extended_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    answer = SealedTextField(null=True)
    # Of an erasure: what was erased, per kind of record, and nothing of what it said.
    receipt = models.JSONField(null=True)
    erase_at = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "done_by"], condition=models.Q(closed_at=None), name="people_rights_waiting"),
            models.Index(fields=["erase_at"], name="people_rights_erase"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As it is told on the telephone: year and count."""
        return f"DL-{self.asked_at.year}-{self.pk:05d}"
