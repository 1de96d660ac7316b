"""Diseases and the dated versions of their rules."""

from django.db import models


class Disease(models.Model):
    code = models.SlugField(primary_key=True)
    name = models.TextField()
    name_en = models.TextField()

    def __str__(self) -> str:
        return self.name


class ProfileVersion(models.Model):
    """A disease's rules as a document (document.py says its shape), never edited: old records keep their version."""

    disease = models.ForeignKey(Disease, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    document = models.JSONField()
    legal_basis = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["disease", "number"], name="profiles_version_once")]

    def __str__(self) -> str:
        return f"{self.disease_id} v{self.number}"
