"""Append-only record of changes of consequence and of reads of a person. Rows hold ids, never health data."""

from django.db import models
from django.db.models.functions import Now


class AuditEvent(models.Model):
    """Who did what to whom, when and for which purpose. The database refuses UPDATE and DELETE (migration 0002).

    Ids are plain numbers, not foreign keys: the record must outlive the erasure of what it names.
    """

    at = models.DateTimeField(db_default=Now())
    actor_id = models.BigIntegerField(null=True)
    actor_role = models.TextField()
    # The office: the area of the assignment the officer acted under.
    actor_area_id = models.BigIntegerField(null=True)
    action = models.TextField()
    subject_id = models.BigIntegerField(null=True)
    object_kind = models.TextField(blank=True, default="")
    object_id = models.TextField(blank=True, default="")
    purpose = models.TextField(blank=True, default="")
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "-at"], name="audit_subject"),
            models.Index(fields=["actor_id", "-at"], name="audit_actor"),
            # A few rows a night among millions a day: what retention has removed.
            models.Index(fields=["at"], condition=models.Q(action="retention.rows"), name="audit_removed"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_role}"


class AuditLink(models.Model):
    """One event's place in the hash chain: hash = SHA-256(previous hash, canonical event); seal.py writes it."""

    event_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"link {self.pk} of event {self.event_id}"
