"""What this room itself holds of a person, and what the rooms below it hold (they can't see the registry)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.access.models import Account
from lachan.register.people import holdings
from lachan.register.people.models import Consent, Guardianship, HouseholdMember, Identifier, Person


def register() -> None:
    holdings.register(
        holdings.Holding(
            room="people",
            label=_("Họ tên, ngày sinh, nơi ở, tài khoản"),
            model=Person,
            person_field="id",
            export=_export_person,
            erase=_erase_person,
            repoint=lambda old, new: 0,
            # Persons past their date go whole, through erasing.retention().
            retain=lambda today: 0,
        )
    )
    holdings.register(
        holdings.Holding(
            room="audit",
            label=_("Nhật ký xem và sửa hồ sơ"),
            model=AuditEvent,
            person_field="subject_id",
            export=lambda person_id: list(
                AuditEvent.objects.filter(subject_id=person_id)
                .order_by("pk")
                .values("at", "actor_role", "action", "purpose")
            ),
            # The trail names a person by a bare number and must outlive the record it speaks of.
            erase=lambda person_id: 0,
            repoint=lambda old, new: 0,
            retain=lambda today: 0,
            remember=lambda person_id: [],
            bring_back=lambda remembered, kept, dropped: 0,
        )
    )
    holdings.register(
        holdings.Holding(
            room="people",
            label=_("Số điện thoại, số giấy tờ"),
            model=Identifier,
            person_field="person",
            export=lambda person_id: list(
                Identifier.objects.filter(person_id=person_id).order_by("pk").values("kind", "value")
            ),
            erase=lambda person_id: Identifier.objects.filter(person_id=person_id).delete()[0],
            repoint=_repoint_identifiers,
            retain=lambda today: 0,
        )
    )
    holdings.register(
        holdings.Holding(
            room="people",
            label=_("Hộ gia đình đã ở"),
            model=HouseholdMember,
            person_field="person",
            export=lambda person_id: list(
                HouseholdMember.objects.filter(person_id=person_id)
                .order_by("since")
                .values("since", "until", address=F("household__address"), commune=F("household__area__name"))
            ),
            erase=lambda person_id: HouseholdMember.objects.filter(person_id=person_id).delete()[0],
            repoint=_repoint_memberships,
            retain=lambda today: 0,
        )
    )
    holdings.register(_consents())
    for field, other, label in (
        ("guardian", "ward", _("Những người được mình khai hộ")),
        ("ward", "guardian", _("Những người khai hộ cho mình")),
    ):
        holdings.register(_guardianships(field, other, label))


def _consents() -> holdings.Holding:
    usual = holdings.of_model(
        room="people",
        label=_("Những điều đã đồng ý, đã rút lại"),
        model=Consent,
        person_field="person",
        fields=["purpose", "words", "given_at", "withdrawn_at", "erase_at"],
        erase_by="erase_at",
    )

    def repoint(old: int, new: int) -> int:
        # A yes of the kept person stands; the doubled one adds nothing.
        there = Consent.objects.filter(person_id=new, withdrawn_at=None).values("purpose")
        Consent.objects.filter(
            person_id=old, withdrawn_at=None, purpose__in=list(there.values_list("purpose", flat=True))
        ).delete()
        return usual.repoint(old, new)

    return replace(usual, repoint=repoint)


def _guardianships(field: str, other: str, label: Any) -> holdings.Holding:
    def export(person_id: int) -> Iterable[holdings.Row]:
        rows = Guardianship.objects.filter(**{f"{field}_id": person_id}).order_by("since")
        return list(rows.values("kind", "since", "until", name=F(f"{other}__name")))

    def repoint(old: int, new: int) -> int:
        # One row a pair may be in force, and nobody guards himself.
        there = Guardianship.objects.filter(**{f"{field}_id": new}, until=None).values(f"{other}_id")
        rows = Guardianship.objects.filter(**{f"{field}_id": old})
        rows.filter(until=None, **{f"{other}_id__in": there}).delete()
        rows.filter(**{f"{other}_id": new}).delete()
        return rows.update(**{f"{field}_id": new})

    return holdings.Holding(
        room="people",
        label=label,
        model=Guardianship,
        person_field=field,
        export=export,
        erase=lambda person_id: Guardianship.objects.filter(**{f"{field}_id": person_id}).delete()[0],
        repoint=repoint,
        retain=lambda today: 0,
    )


def _export_person(person_id: int) -> Iterable[holdings.Row]:
    return list(
        Person.objects.filter(pk=person_id).values(
            "key",
            "name",
            "birth_date",
            "birth_year",
            "sex",
            "address",
            "created_at",
            "erase_at",
            commune=F("area__name"),
            phone=F("account__phone"),
            account_since=F("account__created_at"),
        )
    )


def _erase_person(person_id: int) -> int:
    accounts = list(Person.objects.filter(pk=person_id, account__isnull=False).values_list("account_id", flat=True))
    gone = Person.objects.filter(pk=person_id).delete()[0]
    audit.erase(Account.objects.filter(pk__in=accounts, is_officer=False))
    return gone


def _repoint_identifiers(old: int, new: int) -> int:
    there = Identifier.objects.filter(person_id=new, kind=OuterRef("kind"), value_hash=OuterRef("value_hash"))
    rows = Identifier.objects.filter(person_id=old)
    rows.filter(Exists(there)).delete()
    return rows.update(person_id=new)


def _repoint_memberships(old: int, new: int) -> int:
    rows = HouseholdMember.objects.filter(person_id=old)
    present: date | None = (
        HouseholdMember.objects.filter(person_id=new, until=None).values_list("since", flat=True).first()
    )
    if present is not None:
        # Both have a home now: the kept person's stands, the other one ends where it begins.
        rows.filter(until=None, since__gte=present).delete()
        rows.filter(until=None).update(until=present)
    return rows.update(person_id=new)
