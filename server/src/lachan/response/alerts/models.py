"""The two channels that warn: a direct notice to a confirmed contact, and place notices in a public signed feed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lachan.ground.platform.ids import uuid7
from lachan.register.people.models import Person
from lachan.register.places.models import Place
from lachan.response.cases.models import Outbreak
from lachan.response.tracing.models import Contact


class DirectNotice(models.Model):
    """A warning to one confirmed contact: in the account's inbox, or a call to make for someone without a phone."""

    class Channel(models.TextChoices):
        ACCOUNT = "account", _("trong ứng dụng")
        CALL = "call", _("gọi điện")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    channel = models.TextField(choices=Channel)
    words = models.JSONField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    # Who makes the call, for one on the call list. Added to a table that is written to: without a constraint or an
    # index of its own, so that nobody waits for it; nobody asks by it, and accounts are not removed but closed.
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    taken_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)
    call_outcome = models.TextField(blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True)
    erase_at = models.DateField()

    contact_id: int
    person_id: int
    taken_by_id: int | None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=models.Q(withdrawn_at=None), name="alerts_one_live_notice"
            )
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class PlaceNotices(models.QuerySet["PlaceNotice"]):
    """Place notices by what has become of them."""

    def live(self) -> "PlaceNotices":
        """Released and not withdrawn."""
        return self.filter(withdrawn_at=None).exclude(releases__state=Release.State.WAITING)

    def waiting(self) -> "PlaceNotices":
        """Proposed, and neither released nor refused."""
        return self.filter(withdrawn_at=None, releases__state=Release.State.WAITING)


class PlaceNotice(models.Model):
    """A place and a window of time for phones to match on their own. Names no one.

    Not in force while its release waits; `issued_at` is when it was released, before that when it was proposed.
    """

    class Grade(models.IntegerChoices):
        INFORM = 1, _("báo để biết")
        TEST = 2, _("nên xét nghiệm")
        STAY_HOME = 3, _("ở nhà, xét nghiệm")

    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="place_notices")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()
    grade = models.PositiveSmallIntegerField(choices=Grade)
    visitors = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    erase_at = models.DateField()

    objects = PlaceNotices.as_manager()

    outbreak_id: int
    place_id: int

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["outbreak", "place", "start", "end"],
                condition=models.Q(withdrawn_at=None),
                name="alerts_window_once",
            ),
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="alerts_window_forward"),
        ]

    def __str__(self) -> str:
        return f"window {self.pk}"


class Release(models.Model):
    """What one officer proposes to send and a second one releases; unanswered until `due_at`, it goes by itself.

    `windows` are the place notices that wait; direct `notices` are made at the release, for `contacts`.
    """

    class Kind(models.TextChoices):
        PLACE = "place", _("tin nơi đến")
        DIRECT = "direct", _("tin riêng")

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ duyệt")
        RELEASED = "released", _("đã phát")
        REFUSED = "refused", _("bị từ chối")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="releases")
    kind = models.TextField(choices=Kind)
    state = models.TextField(choices=State, default=State.WAITING)
    windows = models.ManyToManyField(PlaceNotice, related_name="releases")
    contacts = models.ManyToManyField(Contact, related_name="+")
    notices = models.ManyToManyField(DirectNotice, related_name="releases")
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    # Nobody decided when the clock did.
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by_clock = models.BooleanField(default=False)
    reason = models.TextField(blank=True, default="")
    # How many went out; the rest no longer held when the second officer or the clock decided.
    sent = models.PositiveIntegerField(default=0)

    outbreak_id: int
    proposed_by_id: int | None

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="alerts_release_waiting"),
        ]

    def __str__(self) -> str:
        return f"release {self.pk}"


class HelpRequest(models.Model):
    """A warned person asks the health station of their commune to call, or tells it of symptoms with one tap."""

    class Kind(models.TextChoices):
        CALL = "call", _("nhờ gọi lại")
        SYMPTOMS = "symptoms", _("báo có dấu hiệu")

    key = models.UUIDField(unique=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="help_requests")
    kind = models.TextField(choices=Kind)
    # The notice it was asked from; none when it came from a notice that only the phone knows of.
    notice = models.ForeignKey(DirectNotice, on_delete=models.SET_NULL, null=True, related_name="help_requests")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    outcome = models.TextField(blank=True, default="")
    erase_at = models.DateField()

    person_id: int
    taken_by_id: int | None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=models.Q(closed_at=None), name="alerts_one_open_request"
            )
        ]

    def __str__(self) -> str:
        return f"help request {self.pk}"


class FeedEdition(models.Model):
    """A published edition of the place-notice feed: its bytes, its signature, its strong ETag by number."""

    number = models.BigAutoField(primary_key=True)
    body = models.BinaryField()
    signature = models.BinaryField()
    published_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"edition {self.number}"
