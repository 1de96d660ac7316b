"""Gates, the orders that switch a declaration on, declarations of travel parties, and the desk's decisions."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.bulk import ImportJob
from lachan.ground.platform.fields import SealedTextField
from lachan.ground.platform.ids import uuid7
from lachan.register.areas.models import Area
from lachan.register.forms.models import FormVersion, Response
from lachan.register.people.models import Person
from lachan.register.places.models import Place
from lachan.register.profiles.models import Disease
from lachan.response.care.models import Plan

# Ships, trains and flights reach a border late, but not by more than two days.
LATE_DAYS = 2


class Gate(models.Model):
    """A border gate: the area it lies in says which officers work there."""

    class Kind(models.TextChoices):
        AIR = "air", _("Sân bay")
        SEA = "sea", _("Cảng biển")
        ROAD = "road", _("Cửa khẩu đường bộ")
        RAIL = "rail", _("Ga đường sắt")

    code = models.SlugField(primary_key=True)
    name = models.TextField()
    name_en = models.TextField()
    kind = models.TextField(choices=Kind)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name


class ActivationOrder(models.Model):
    """An order of the Ministry: who entering (leaving, passing) by which gates declares, from when until when.

    Without an order in force nobody is asked. `gates` empty means every gate. The form versions and the rules are those
    of the day it was made, so that a declaration can be read later by what it was asked under.
    """

    class Direction(models.TextChoices):
        ENTRY = "entry", _("Nhập cảnh")
        EXIT = "exit", _("Xuất cảnh")
        TRANSIT = "transit", _("Quá cảnh")

    key = models.UUIDField(unique=True, default=uuid7)
    number = models.TextField()
    disease = models.ForeignKey(Disease, on_delete=models.PROTECT, related_name="+")
    direction = models.TextField(choices=Direction)
    gates = models.ManyToManyField(Gate, related_name="+", blank=True)
    starts_on = models.DateField()
    # The last day, on which it still holds; none until it is ended.
    ends_on = models.DateField(null=True)
    legal_basis = models.TextField()
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    trip_form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    languages = models.JSONField()
    retention_days = models.PositiveSmallIntegerField()
    rules = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="entry_order_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def holds(self, on: date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


class Trip(models.Model):
    """One conveyance on one day (Viet Nam's), as everybody on it wrote it: the flight, the ship, the coach.

    Whoever walks has a trip for the party alone. `rows_near`: how many rows apart count as near, where seats are known;
    none where a whole coach or boat is near.
    """

    conveyance = models.TextField()
    number = models.TextField()
    day = models.DateField()
    rows_near = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number", "day", "conveyance"], name="entry_trip_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.day}"


class Declaration(models.Model):
    """What a travel party declared under an order. A correction raises `revision` and replaces the answers."""

    key = models.UUIDField(unique=True, default=uuid7)
    # 12 characters as on a place's poster, printed XXXX-XXXX-XXXX: for who has neither phone nor picture.
    code = models.TextField(unique=True)
    order = models.ForeignKey(ActivationOrder, on_delete=models.PROTECT, related_name="declarations")
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="+")
    travel_day = models.DateField()
    trip = models.ForeignKey(Trip, on_delete=models.PROTECT, related_name="declarations")
    # The unit of the day it was written; who answers for it later is asked of the register of areas.
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    language = models.TextField()
    # Gone when the leader's own answers were erased before the party's.
    trip_response = models.ForeignKey(Response, on_delete=models.SET_NULL, null=True, related_name="+")
    revision = models.PositiveSmallIntegerField(default=1)
    submitted_at = models.DateTimeField()
    # Of a form that came on paper: the date written on it, and the officer who typed it in.
    paper_on = models.DateField(null=True)
    typed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    erase_at = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["gate", "travel_day"], name="entry_declaration_gate_day"),
            models.Index(fields=["erase_at"], name="entry_declaration_erase"),
        ]

    def __str__(self) -> str:
        return f"declaration {self.pk}"

    @property
    def last_day(self) -> date:
        """The last day the code is shown at a desk."""
        return self.travel_day + timedelta(days=LATE_DAYS)


class Traveller(models.Model):
    """One of the party, the leader first. `guardian` answers for a minor. `hits`: the codes of the rules met.

    `day_starts`, `day_ends`: the day of the trip in Viet Nam, for tracing.
    """

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="travellers")
    number = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    trip = models.ForeignKey(Trip, on_delete=models.PROTECT, related_name="travellers")
    guardian = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="wards")
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="+")
    # Of the travel document's number, as people.queries.identifier_hash makes it.
    document_hash = models.BinaryField()
    seat = models.TextField(blank=True, default="")
    seat_row = models.PositiveSmallIntegerField(null=True)
    hits = models.JSONField(default=list)
    verdict = models.TextField()
    day_starts = models.DateTimeField()
    day_ends = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["declaration", "number"], name="entry_traveller_once")]
        indexes = [
            models.Index(fields=["document_hash"], name="entry_traveller_document"),
            models.Index(fields=["trip"], include=["person", "seat_row"], name="entry_traveller_trip"),
            models.Index(fields=["person", "day_starts"], name="entry_traveller_person"),
        ]

    def __str__(self) -> str:
        return f"traveller {self.pk}"


class Decision(models.Model):
    """What the quarantine officer decided; the last one stands. `at` is the desk's own clock, which may be offline."""

    class Kind(models.TextChoices):
        PASS = "pass", _("Cho qua")
        TEST = "test", _("Lấy mẫu xét nghiệm")
        QUARANTINE = "quarantine", _("Cách ly")
        REFUSE = "refuse", _("Chưa cho nhập cảnh")
        RELEASE = "release", _("Cho hết cách ly")

    key = models.UUIDField(unique=True)
    traveller = models.ForeignKey(Traveller, on_delete=models.CASCADE, related_name="decisions")
    kind = models.TextField(choices=Kind)
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # Of a quarantine order: what Law 114/2025 and the officer's successor need to read.
    order_number = models.TextField(blank=True, default="")
    legal_basis = models.TextField(blank=True, default="")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    place = models.TextField(blank=True, default="")
    signatory = models.TextField(blank=True, default="")
    # The place of the register that `place` names, where it is in it.
    registered = models.ForeignKey(
        Place, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False, db_index=False
    )
    # Who watches over the quarantine: the plan that the order began.
    plan = models.ForeignKey(
        Plan, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False, db_index=False
    )
    # On the printed order, for whoever is shown it: 12 characters as on a place's poster.
    code = models.TextField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["traveller", "-at"], name="entry_decision_last"),
            models.Index(fields=["code"], condition=models.Q(code__isnull=False), name="entry_decision_code"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="quarantine")
                | (
                    ~models.Q(order_number="")
                    & ~models.Q(legal_basis="")
                    & ~models.Q(signatory="")
                    & ~models.Q(place="")
                    & models.Q(starts_on__isnull=False, ends_on__isnull=False, ends_on__gte=models.F("starts_on"))
                ),
                name="entry_quarantine_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of traveller {self.traveller_id}"


class Manifest(ImportJob):
    """A carrier's list of who is aboard, on its way in: a conveyance of a day, landing at a gate.

    Only names, birth, document, nationality and seat are taken from it; whatever else the carrier wrote is not kept.
    """

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="+")
    trip = models.ForeignKey(Trip, on_delete=models.PROTECT, related_name="manifests")
    # Rows of people whom an earlier list of the same trip names already.
    known = models.PositiveIntegerField(default=0)
    erase_at = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["status", "created_at"], name="entry_manifest_queue"),
            models.Index(fields=["erase_at"], name="entry_manifest_erase"),
        ]

    def __str__(self) -> str:
        return f"manifest {self.pk}"


class Passenger(models.Model):
    """Somebody on a carrier's list, and which traveller's declaration that is, if any.

    `state` is found by matching.py; `decided_at` says that an officer has looked, whose word then stands against
    everything but the same document and name.
    """

    class State(models.TextChoices):
        DECLARED = "declared", _("đã khai")
        PROBABLE = "probable", _("có lẽ đã khai, cần xem")
        ABSENT = "absent", _("chưa khai")
        AWAY = "away", _("không có trên chuyến")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    manifest = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="passengers")
    trip = models.ForeignKey(Trip, on_delete=models.PROTECT, related_name="+")
    row = models.PositiveIntegerField()
    surname = models.TextField(blank=True, default="")
    given = models.TextField(blank=True, default="")
    # The words of the name, folded and sorted: passports and declarations order them differently.
    name_key = models.TextField()
    document = SealedTextField(null=True)
    document_hash = models.BinaryField(null=True)
    birth_date = models.DateField(null=True)
    birth_year = models.SmallIntegerField(null=True)
    nationality = models.TextField(blank=True, default="")
    seat = models.TextField(blank=True, default="")
    seat_row = models.PositiveSmallIntegerField(null=True)
    state = models.TextField(choices=State, default=State.ABSENT)
    # Why it is the traveller, or may be: a code of matching.py.
    reason = models.TextField(blank=True, default="")
    traveller = models.ForeignKey(Traveller, on_delete=models.SET_NULL, null=True, related_name="listed")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["manifest", "row"], name="entry_passenger_once")]
        indexes = [
            models.Index(fields=["document_hash"], name="entry_passenger_document"),
            models.Index(fields=["trip", "state"], name="entry_passenger_trip"),
            models.Index(fields=["trip", "name_key"], name="entry_passenger_name"),
        ]

    def __str__(self) -> str:
        return f"passenger {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.surname} {self.given}".strip()


class GateTest(models.Model):
    """A test made at the gate. Goes with its traveller, on the declaration's date."""

    class Kind(models.TextChoices):
        RAPID = "rapid", _("xét nghiệm nhanh kháng nguyên")
        PCR = "pcr", _("RT-PCR")
        OTHER = "other", _("xét nghiệm khác")

    class Result(models.TextChoices):
        PENDING = "pending", _("chờ kết quả")
        POSITIVE = "positive", _("dương tính")
        NEGATIVE = "negative", _("âm tính")
        UNCLEAR = "unclear", _("không rõ")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    traveller = models.ForeignKey(Traveller, on_delete=models.CASCADE, related_name="tests")
    kind = models.TextField(choices=Kind)
    sampled_at = models.DateTimeField()
    result = models.TextField(choices=Result, default=Result.PENDING)
    resulted_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"test {self.pk} {self.result}"


class GateTestPaper(models.Model):
    """The paper of a test, a PDF or a photograph, sealed. Apart from the test, so that lists never open it."""

    test = models.OneToOneField(GateTest, on_delete=models.CASCADE, related_name="paper")
    kind = models.TextField(choices=[("pdf", "PDF"), ("jpeg", "JPEG")])
    # Base64 of the file, as papers.py cleaned it.
    content = SealedTextField()

    def __str__(self) -> str:
        return f"paper of test {self.test_id}"
