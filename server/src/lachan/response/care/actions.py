"""Opening a plan, keeping its readings, calling an officer where one is missed or feverish, ending it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.ground.platform.wording import viet_date
from lachan.register.access.models import Account
from lachan.register.areas.models import Area
from lachan.register.people.models import Person
from lachan.register.profiles.models import Disease, ProfileVersion
from lachan.register.profiles.queries import profile_in_force
from lachan.response.care import rules
from lachan.response.care.models import Plan, Slot, Task
from lachan.response.tracing.models import Contact

# A plan with its readings is kept so long after its last day, as a contact is.
KEEP = timedelta(days=60)


class CareError(ValueError):
    """Something that cannot be done with a plan, in the user's language."""


def days_for(disease: str, on: date) -> int:
    """How many days of follow-up: the profile's in force on that day, else those of the table. 0 means none."""
    try:
        return profile_in_force(disease, on).follow_up_days
    except ProfileVersion.DoesNotExist:
        return rules.default_days(disease)


@transaction.atomic
def open_plan(
    *,
    person: Person,
    reason: str,
    disease: Disease,
    starts_on: date,
    ends_on: date,
    by: Account | None,
    contact: Contact | None = None,
    times: Sequence[str] | None = None,
    area: Area | None = None,
    now: datetime | None = None,
) -> Plan:
    """Begin to watch somebody, by the station of `area`, else of where the person lives.

    Slots that have closed already are not made. Raises CareError.
    """
    moment = now or timezone.now()
    station = area or person.area
    if station is None:
        raise CareError(_("Chưa biết người này ở đâu, nên chưa rõ trạm nào theo dõi."))
    if ends_on < max(starts_on, timezone.localtime(moment).date()):
        raise CareError(_("Ngày cuối theo dõi là %(day)s, đã qua rồi.") % {"day": viet_date(ends_on)})
    Person.objects.select_for_update().get(pk=person.pk)
    if Plan.objects.filter(person=person, disease=disease, status=Plan.Status.OPEN).exists():
        raise CareError(_("%(name)s đang được theo dõi rồi.") % {"name": person.name})
    plan = Plan.objects.create(
        person=person,
        area=station,
        reason=Plan.Reason(reason),
        disease=disease,
        contact=contact,
        starts_on=starts_on,
        ends_on=ends_on,
        times=list(times or rules.rules().times),
        opened_by=by,
        erase_at=ends_on + KEEP,
    )
    spans = rules.slots(starts_on, ends_on, plan.times)
    Slot.objects.bulk_create(Slot(plan=plan, opens_at=a, closes_at=b) for a, b in spans if b > moment)
    audit.record(action="care.plan.open", subject=person.pk, obj=plan, detail={"reason": plan.reason})
    return plan


@transaction.atomic
def open_for_contact(*, contact: Contact, by: Account | None, now: datetime | None = None) -> Plan:
    """Watch a confirmed contact from the day after the last exposure on, for as long as the disease is followed."""
    last = timezone.localtime(contact.last_exposure_at).date()
    disease = contact.outbreak.disease
    length = days_for(disease.pk, last)
    if contact.status != Contact.Status.CONFIRMED:
        raise CareError(_("Chỉ theo dõi tiếp xúc đã xác nhận."))
    if not length:
        raise CareError(_("Bệnh này không cần theo dõi người tiếp xúc."))
    return open_plan(
        person=contact.person,
        reason=Plan.Reason.CONTACT,
        disease=disease,
        starts_on=last + timedelta(days=1),
        ends_on=last + timedelta(days=length),
        by=by,
        contact=contact,
        now=now,
    )


@transaction.atomic
def report(
    *,
    slot: Slot,
    temperature: Decimal | None,
    symptoms: Collection[str] | None,
    by: Account,
    source: str = Slot.Source.OWN,
    now: datetime | None = None,
) -> Slot:
    """Keep the reading of a slot; fever or danger signs call an officer at once.

    The person reports while the slot is open; the station enters paper afterwards too. Raises CareError.
    """
    moment = now or timezone.now()
    locked = Slot.objects.select_for_update(of=("self",)).select_related("plan__person").get(pk=slot.pk)
    plan = locked.plan
    if plan.status != Plan.Status.OPEN:
        raise CareError(_("Kế hoạch này đã kết thúc."))
    if locked.reported_at is not None:
        raise CareError(_("Khung giờ này đã có số đo."))
    if locked.opens_at > moment:
        raise CareError(_("Khung giờ này chưa tới."))
    if source == Slot.Source.OWN and locked.closes_at < moment:
        raise CareError(_("Khung giờ này đã qua. Báo trạm y tế ghi giúp."))
    locked.reported_at, locked.temperature, locked.source, locked.by = moment, temperature, source, by
    locked.symptoms = None if symptoms is None else sorted(symptoms)
    locked.save(update_fields=["reported_at", "temperature", "symptoms", "source", "by"])
    audit.record(action="care.slot.report", subject=plan.person_id, obj=locked, detail={"source": source})
    kind = rules.escalates(temperature, symptoms)
    if kind:
        _task(plan, kind, locked)
    return locked


def _task(plan: Plan, kind: str, slot: Slot | None) -> bool:
    """Open the task, or add to the open one. True when it is new."""
    task, created = Task.objects.select_for_update().get_or_create(
        plan=plan, kind=kind, closed_at=None, defaults={"slot": slot}
    )
    if not created:
        task.slot, task.count = slot, task.count + 1
        task.save(update_fields=["slot", "count"])
        return False
    audit.record(action="care.task.open", subject=plan.person_id, obj=task, detail={"kind": kind})
    return True


@transaction.atomic
def escalate(now: datetime | None = None) -> int:
    """Missed slots, and plans whose last day is over, become tasks; returns how many tasks were opened."""
    moment = now or timezone.now()
    missed = Slot.objects.select_for_update(of=("self",), skip_locked=True).filter(
        closes_at__lt=moment, reported_at=None, missed_at=None, plan__status=Plan.Status.OPEN
    )
    opened = 0
    for slot in missed.select_related("plan").order_by("closes_at", "pk"):
        slot.missed_at = moment
        slot.save(update_fields=["missed_at"])
        opened += _task(slot.plan, Task.Kind.MISSED, slot)
    today = timezone.localtime(moment).date()
    # Ended without ending the plan, it comes back the next day.
    said = Task.objects.filter(plan=OuterRef("pk"), kind=Task.Kind.ENDING)
    said = said.filter(Q(closed_at=None) | Q(closed_at__date__gte=today))
    for plan in Plan.objects.filter(~Exists(said), status=Plan.Status.OPEN, ends_on__lt=today).order_by("pk"):
        opened += _task(plan, Task.Kind.ENDING, None)
    return opened


def _open_task(task: Task) -> Task:
    locked = Task.objects.select_for_update(of=("self",)).select_related("plan").filter(pk=task.pk, closed_at=None)
    found = locked.first()
    if found is None:
        raise CareError(_("Việc này đã có người làm xong."))
    return found


@transaction.atomic
def take_tasks(*, plan: Plan, by: Account) -> int:
    """The officer answers for everything open of the plan, a colleague's too; returns how many were taken."""
    taken = 0
    for task in plan.tasks.select_for_update().filter(closed_at=None).exclude(owner=by).order_by("pk"):
        before, task.owner, task.taken_at = task.owner_id, by, timezone.now()
        task.save(update_fields=["owner", "taken_at"])
        audit.record(action="care.task.take", subject=plan.person_id, obj=task, detail={"from": before})
        taken += 1
    return taken


@transaction.atomic
def end_task(*, task: Task, note: str, by: Account) -> Task:
    """The officer has done what was to be done; `note` says what. Raises CareError."""
    locked = _open_task(task)
    if not note.strip():
        raise CareError(_("Ghi đã làm gì, ví dụ “Đã gọi, hết sốt, hẹn đo lại 16:00”."))
    locked.closed_at, locked.closed_by, locked.note = timezone.now(), by, note.strip()
    locked.save(update_fields=["closed_at", "closed_by", "note"])
    audit.record(action="care.task.end", subject=locked.plan.person_id, obj=locked)
    return locked


@transaction.atomic
def end_plan(*, plan: Plan, ending: str, by: Account | None, now: datetime | None = None) -> Plan:
    """End a plan: done when its days are over and the person is well, stopped otherwise. Its open tasks end with it.

    Raises CareError for a plan ended already, and for "well" before the last day.
    """
    moment = now or timezone.now()
    locked = Plan.objects.select_for_update(of=("self",)).select_related("person", "area", "disease").get(pk=plan.pk)
    if locked.status != Plan.Status.OPEN:
        raise CareError(_("Kế hoạch này đã kết thúc."))
    well = ending == Plan.Ending.WELL
    if well and timezone.localtime(moment).date() < locked.ends_on:
        raise CareError(
            _("Còn theo dõi tới %(day)s. Dừng sớm thì chọn lý do khác.") % {"day": viet_date(locked.ends_on)}
        )
    locked.status = Plan.Status.DONE if well else Plan.Status.STOPPED
    locked.ending, locked.ended_at, locked.ended_by = Plan.Ending(ending), moment, by
    locked.save(update_fields=["status", "ending", "ended_at", "ended_by"])
    locked.slots.filter(reported_at=None, missed_at=None, opens_at__gt=moment).delete()
    locked.tasks.filter(closed_at=None).update(closed_at=moment, closed_by=by)
    audit.record(action="care.plan.end", subject=locked.person_id, obj=locked, detail={"ending": ending})
    return locked


def follow_contacts(*, contacts: Sequence[Contact], by: Account | None = None, **_more: object) -> None:
    """Contacts that are none any more are not watched any more."""
    for plan in Plan.objects.filter(contact__in=contacts, status=Plan.Status.OPEN):
        end_plan(plan=plan, ending=Plan.Ending.NO_CONTACT, by=by)
