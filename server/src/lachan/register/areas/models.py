"""Administrative units with dates, their names, what became of them, and who answers for them.

Three structures live side by side: the list of 2021 (63 provinces, 705 districts, 10,603 communes), the two-level
structure of 1 July 2025 (34 and 3,321, no districts), and the renamings since. A commune of 2021 and one of 2025 with
the same code are two rows: the later one seldom has the same ground.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """Levels of the state. DISTRICT ended on 1 July 2025."""

    COUNTRY = 0, _("Cả nước")
    PROVINCE = 1, _("Cấp tỉnh")
    DISTRICT = 2, _("Cấp huyện")
    COMMUNE = 3, _("Cấp xã")


class LinkKind(models.TextChoices):
    """How an old unit went into a new one."""

    WHOLE = "whole", _("nhập toàn bộ")
    SPLIT = "split", _("chia về nhiều đơn vị")


class Area(models.Model):
    """One administrative unit over one span of time.

    Dates are honest: `valid_from` is null where the start is not known (then `first_listed` is the first list that
    has the unit), and `closed_before` is set instead of `valid_to` where only the first list that lacks it is known.
    """

    code = models.TextField()
    level = models.SmallIntegerField(choices=Level.choices)
    # The name in force; for a closed unit, the name in the list it comes from. Other names are in AreaName.
    name = models.TextField()
    folded = models.TextField()
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    first_listed = models.DateField()
    closed_before = models.DateField(null=True)
    legal_basis = models.TextField(blank=True, default="")
    # Degrees, WGS 84: a point inside or near the unit, never its boundary.
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    # django-stubs needs the foreign key's column to be declared for typed access.
    parent_id: int | None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "level", "valid_from"], nulls_distinct=False, name="areas_code_level_from"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(closed_before__isnull=True), name="areas_one_end"
            ),
        ]
        indexes = [models.Index(fields=["folded"], name="areas_folded")]

    def __str__(self) -> str:
        return self.name

    @property
    def closed(self) -> bool:
        """Whether the unit has ended (on a known date, or some time before one)."""
        return self.valid_to is not None or self.closed_before is not None


class AreaName(models.Model):
    """A name (with its status: tỉnh, thành phố, xã, phường) that a unit bears or bore, and from when to when.

    Where the dates are not known, `listed` is the date of a list that gives the name. `parent` is set where the list
    puts the unit under another one than `Area.parent`.
    """

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="names")
    name = models.TextField()
    folded = models.TextField()
    # For search: the folded name without its kind ("ba dinh"), and the folded name with everything above it.
    bare = models.TextField()
    folded_path = models.TextField()
    parent = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    listed = models.DateField(null=True)
    legal_basis = models.TextField(blank=True, default="")

    area_id: int
    parent_id: int | None

    class Meta:
        indexes = [models.Index(fields=["bare"], name="areas_name_bare", opclasses=["text_pattern_ops"])]

    def __str__(self) -> str:
        return self.name


class AreaLink(models.Model):
    """What became of a unit: one row per successor. A unit that was split has several, none of which is the default."""

    old = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="successor_links")
    new = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="predecessor_links")
    kind = models.TextField(choices=LinkKind.choices)
    legal_basis = models.TextField(blank=True, default="")

    old_id: int
    new_id: int

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="areas_link")]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id} ({self.kind})"


class AreaCover(models.Model):
    """The closure of scope: `holder` answers for `area`. Read it through queries.within and queries.covers only.

    One row for every unit itself, for every unit above it in its own structure, and for every unit of the structure in
    force that contains all of what it became.
    """

    # The two columns are the key; an id of its own would only make the widest table of the room wider.
    pk = models.CompositePrimaryKey("holder_id", "area_id")
    holder = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="+", db_index=False)
    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="+", db_index=False)

    holder_id: int
    area_id: int

    class Meta:
        indexes = [models.Index(fields=["area", "holder"], name="areas_cover_up")]

    def __str__(self) -> str:
        return f"{self.holder_id} ⊇ {self.area_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("AreaCover is derived: load_areas() writes it.")
