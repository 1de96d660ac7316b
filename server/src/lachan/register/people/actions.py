"""Changes of the register of people."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform.ids import uuid7
from lachan.register.access.models import Account
from lachan.register.areas.models import Area
from lachan.register.people.models import Guardianship, Household, HouseholdMember, Identifier, Person
from lachan.register.people.queries import identifier_hash, normalise

# A person nobody used for two years is erased: long enough for a second wave, short enough to explain.
KEEP_UNUSED = timedelta(days=730)


class WrongDetailError(ValueError):
    """A detail of a person can't be right. `field` names it; the message says what to write."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def _check_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise WrongDetailError("name", _("Ghi họ và tên, ví dụ Nguyễn Thị Hạnh."))
    if len(cleaned) > 120:
        raise WrongDetailError("name", _("Họ và tên dài tối đa 120 chữ."))
    return cleaned


def _check_birth(birth_date: date | None, birth_year: int | None) -> int | None:
    today = timezone.localdate()
    year = birth_date.year if birth_date else birth_year
    if year is not None and not (today.year - 125 <= year <= today.year):
        message = _("Năm sinh phải từ %(first)d đến %(last)d. Ô đang ghi %(typed)d.")
        raise WrongDetailError("birth", message % {"first": today.year - 125, "last": today.year, "typed": year})
    if birth_date and birth_date > today:
        raise WrongDetailError("birth", _("Ngày sinh không thể ở sau hôm nay."))
    return year


@transaction.atomic
def register_person(
    *,
    name: str,
    area: Area | None,
    phone: str | None = None,
    citizen_id: str | None = None,
    passport: str | None = None,
    insurance: str | None = None,
    birth_date: date | None = None,
    birth_year: int | None = None,
    sex: str = Person.Sex.NOT_ASKED,
    address: str = "",
    household: Household | None = None,
    account: Account | None = None,
    key: UUID | None = None,
) -> Person:
    """Enter a person. Raises WrongDetailError, phones.NotAPhoneError. What is not given stays "not asked".

    `key`: its public id, where the caller must find the person again by it; else a new one.
    """
    person = Person.objects.create(
        key=key or uuid7(),
        name=_check_name(name),
        birth_date=birth_date,
        birth_year=_check_birth(birth_date, birth_year),
        sex=sex,
        area=area,
        address=address.strip(),
        account=account,
        erase_at=timezone.localdate() + KEEP_UNUSED,
    )
    numbers = {
        Identifier.Kind.PHONE: phone,
        Identifier.Kind.CITIZEN_ID: citizen_id,
        Identifier.Kind.PASSPORT: passport,
        Identifier.Kind.INSURANCE: insurance,
    }
    for kind, value in numbers.items():
        if value:
            _store_identifier(person, kind, value)
    audit.record(action="people.person.register", subject=person.pk, obj=person)
    if household is not None:
        add_to_household(person=person, household=household)
    return person


def _store_identifier(person: Person, kind: str, value: str) -> bool:
    plain = normalise(kind, value)
    if kind == Identifier.Kind.CITIZEN_ID and not (plain.isascii() and plain.isdigit() and len(plain) == 12):
        raise WrongDetailError(kind, _("Số căn cước gồm 12 chữ số. Ô đang ghi “%(typed)s”.") % {"typed": value[:40]})
    if not plain:
        raise WrongDetailError(kind, _("Ghi số giấy tờ, gồm chữ và số."))
    _row, created = Identifier.objects.get_or_create(
        person=person, kind=kind, value_hash=identifier_hash(kind, value), defaults={"value": plain}
    )
    return created


@transaction.atomic
def add_identifier(*, person: Person, kind: str, value: str) -> None:
    """Add a number that leads to the person; one it already has changes nothing. Raises as register_person."""
    if _store_identifier(person, kind, value):
        audit.record(action="people.identifier.add", subject=person.pk, obj=person, detail={"kind": kind})


@transaction.atomic
def create_household(*, area: Area, address: str = "") -> Household:
    household = Household.objects.create(area=area, address=address.strip())
    audit.record(action="people.household.create", obj=household)
    return household


@transaction.atomic
def add_to_household(*, person: Person, household: Household, since: date | None = None) -> HouseholdMember:
    """The person lives in the household from that day (today); an earlier home ends that day.

    Raises WrongDetailError when the person only came to the present home after that day.
    """
    day = since or timezone.localdate()
    present = HouseholdMember.objects.select_for_update().filter(person=person, until=None).first()
    if present is not None:
        if present.household_id == household.pk:
            return present
        _end_membership(present, day)
    member = HouseholdMember.objects.create(person=person, household=household, since=day)
    audit.record(action="people.household.join", subject=person.pk, obj=household)
    return member


def _end_membership(member: HouseholdMember, day: date) -> None:
    if member.since > day:
        raise WrongDetailError("since", _("Người này chỉ ở nhà hiện tại từ ngày sau đó. Chọn ngày muộn hơn."))
    if member.since == day:
        # Came and left on one day: dates can't hold it, and the newer word is the right one.
        member.delete()
        return
    member.until = day
    member.save(update_fields=["until"])


@transaction.atomic
def leave_household(*, person: Person, until: date | None = None) -> None:
    """The person leaves the present household on that day (today). Without a household nothing changes."""
    present = HouseholdMember.objects.select_for_update().filter(person=person, until=None).first()
    if present is None:
        return
    household = present.household
    _end_membership(present, until or timezone.localdate())
    audit.record(action="people.household.leave", subject=person.pk, obj=household)


@transaction.atomic
def appoint_guardian(
    *, guardian: Person, ward: Person, kind: str = Guardianship.Kind.CHILD, since: date | None = None
) -> Guardianship:
    """The guardian may act for the ward. Appointing twice changes nothing. Raises WrongDetailError."""
    if guardian.pk == ward.pk:
        raise WrongDetailError("guardian", _("Người giám hộ phải là một người khác."))
    if Guardianship.objects.filter(guardian=ward, ward=guardian, until=None).exists():
        raise WrongDetailError("guardian", _("Hai người không thể cùng giám hộ cho nhau."))
    guardianship, created = Guardianship.objects.get_or_create(
        guardian=guardian, ward=ward, until=None, defaults={"kind": kind, "since": since or timezone.localdate()}
    )
    if created:
        audit.record(
            action="people.guardian.appoint", subject=ward.pk, obj=guardianship, detail={"guardian": guardian.pk}
        )
    return guardianship


@transaction.atomic
def end_guardianship(*, guardianship: Guardianship) -> None:
    """The guardian may no longer act from today. Ending twice changes nothing."""
    if Guardianship.objects.filter(pk=guardianship.pk, until=None).update(until=timezone.localdate()):
        audit.record(
            action="people.guardian.end",
            subject=guardianship.ward_id,
            obj=guardianship,
            detail={"guardian": guardianship.guardian_id},
        )


@transaction.atomic
def correct_person(
    *,
    person: Person,
    name: str | None = None,
    birth_date: date | None = None,
    birth_year: int | None = None,
    sex: str | None = None,
    area: Area | None = None,
    address: str | None = None,
) -> None:
    """Change what is given. Raises WrongDetailError. The audit row names the changed fields, not the values."""
    changed: dict[str, object] = {}
    if name is not None:
        changed["name"] = _check_name(name)
    if birth_date is not None or birth_year is not None:
        changed["birth_year"] = _check_birth(birth_date, birth_year)
        changed["birth_date"] = birth_date
    if sex is not None:
        changed["sex"] = sex
    if area is not None:
        changed["area"] = area
    if address is not None:
        changed["address"] = address.strip()
    changed = {field: value for field, value in changed.items() if getattr(person, field) != value}
    if not changed:
        return
    for field, value in changed.items():
        setattr(person, field, value)
    person.save()
    audit.record(action="people.person.correct", subject=person.pk, obj=person, detail={"fields": sorted(changed)})


@transaction.atomic
def link_account(*, person: Person, account: Account) -> None:
    """The account is this person's own. Raises WrongDetailError when the person already has another account."""
    if person.account_id == account.pk:
        return
    if person.account_id is not None:
        raise WrongDetailError("account", _("Người này đã có tài khoản khác."))
    person.account = account
    person.save(update_fields=["account"])
    audit.record(action="people.account.link", subject=person.pk, obj=person, detail={"account": account.pk})
