"""The desk at work on the world: cases confirmed, contacts traced and reviewed, warnings issued. Once a world."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.access.models import Account
from lachan.register.people.models import Person
from lachan.register.profiles.actions import load_profiles
from lachan.register.profiles.models import Disease
from lachan.response.alerts import releases
from lachan.response.alerts.actions import mark_read
from lachan.response.alerts.models import DirectNotice, Release
from lachan.response.alerts.place_notices import propose_windows
from lachan.response.cases.actions import change_status, open_outbreak, record_case, record_test
from lachan.response.cases.models import Case, LabTest, Outbreak
from lachan.response.cases.states import Status
from lachan.response.tracing.actions import confirm_all, dismiss, retrace
from lachan.response.tracing.models import Contact
from lachan.simulate.clock import LOCAL
from lachan.simulate.truth import TrueInfection

if TYPE_CHECKING:
    from lachan.simulate.world import World

Say = Callable[[str], None]
PLAYED = "simulate.world.play"
CARE = "Bệnh viện dã chiến số 1"
# The officer has looked at two of three F1 so far, and let a few go; the cast is always reviewed.
REVIEWED, LET_GO = 3, 12
# Every third warned person has opened the warning; every fourth window still waits for a decision.
OPENED, UNDECIDED = 3, 4
REASON = "Ngồi khác tầng, có vách kính ngăn, không nói chuyện"


@dataclass(frozen=True, slots=True)
class Played:
    """What the demonstration can show: ids and counts."""

    outbreak_id: int
    case_ids: list[int]
    confirmed: int
    dismissed: int
    notices: int
    place_notices: int


def play(world: "World", progress: Say = lambda _: None) -> Played:
    """Confirm the first cases, trace, review part of F1, warn, all as of the world's moment. A world is played once."""
    event = AuditEvent.objects.filter(action=PLAYED, detail__world=world.key).first()
    if event is not None:
        progress("The outbreak was played already")
        kept = {name: event.detail[name] for name in Played.__slots__}
        return Played(**kept)
    account = Account.objects.get(username=world.officers["province"].username)
    officer = audit.Actor(account_id=account.pk, role="province", area_id=world.province.pk)
    second = Account.objects.get(username=world.officers["province-2"].username)
    with audit.acting(officer), transaction.atomic():
        outbreak, cases = record_cases(world, account)
        progress(f"{len(cases)} cases confirmed: {', '.join(case.number for case in cases)}")
        run = retrace(outbreak=outbreak, by=account, now=world.now)
        progress(f"Contacts by level: {run.found['levels']} ({run.milliseconds} ms)")
        confirmed, dismissed = _review(world, outbreak, account)
        progress(f"{len(confirmed)} contacts confirmed, {dismissed} dismissed")
        notices, windows = _warn(world, outbreak, confirmed, account, second)
        progress(f"{notices} direct notices issued, {windows} place notices published")
        played = Played(outbreak.pk, [case.pk for case in cases], len(confirmed), dismissed, notices, windows)
        detail = {name: getattr(played, name) for name in Played.__slots__}
        audit.record(action=PLAYED, obj=outbreak, detail={"world": world.key} | detail)
    return played


def record_cases(world: "World", by: Account) -> tuple[Outbreak, list[Case]]:
    """The outbreak and its first cases, as the laboratory and the bedside know them: not who infected whom."""
    load_profiles()
    disease = Disease.objects.get(code="covid19")
    known = [one for one in world.infections if one.person_id in world.known]
    first = min(_day(one) for one in known)
    outbreak = open_outbreak(
        disease=disease,
        name=f"{disease.name} Đà Nẵng {first.month}/{first.year}",
        area=world.province,
        by=by,
        opened_on=first.date(),
    )
    # In the order in which they were found.
    return outbreak, [_confirmed(outbreak, one, by) for one in sorted(known, key=_day)]


def _day(one: TrueInfection) -> datetime:
    if one.isolated is None:
        raise ValueError("a case that the desk knows is isolated")
    return datetime.fromisoformat(one.isolated).astimezone(LOCAL)


def _confirmed(outbreak: Outbreak, one: TrueInfection, by: Account) -> Case:
    isolated = _day(one)
    sampled = isolated - timedelta(hours=5)
    case = record_case(
        outbreak=outbreak,
        person=Person.objects.get(pk=one.person_id),
        by=by,
        status=Status.SUSPECTED,
        onset_on=None if one.onset is None else datetime.fromisoformat(one.onset).astimezone(LOCAL).date(),
        sampled_on=sampled.date(),
        isolated_at=isolated,
        care=CARE,
    )
    record_test(
        case=case,
        kind="RT-PCR",
        sampled_at=sampled,
        by=by,
        result=LabTest.Result.POSITIVE,
        resulted_at=sampled + timedelta(hours=4),
    )
    return change_status(case=case, to=Status.CONFIRMED, by=by)


def _review(world: "World", outbreak: Outbreak, by: Account) -> tuple[list[Contact], int]:
    """The confirmed contacts, and how many were dismissed."""
    cast = set(world.people.values())
    near = list(Contact.objects.filter(outbreak=outbreak, current=True, level=1).order_by("first_exposure_at", "pk"))
    reviewed = [c for number, c in enumerate(near) if c.person_id in cast or number % REVIEWED]
    let_go = [c for number, c in enumerate(reviewed) if c.person_id not in cast and number % LET_GO == LET_GO - 1]
    for contact in let_go:
        dismiss(contact=contact, reason=REASON, by=by)
    confirmed = [contact for contact in reviewed if contact not in let_go]
    confirm_all(contacts=confirmed, by=by)
    return confirmed, len(let_go)


def _warn(
    world: "World", outbreak: Outbreak, confirmed: list[Contact], by: Account, second: Account
) -> tuple[int, int]:
    """Direct notices to the confirmed, place notices for most windows; returns how many of each.

    One officer proposes, a second one releases.
    """
    proposed = [window for window in propose_windows(outbreak, now=world.now) if window.publishable]
    chosen = [w for number, w in enumerate(proposed, 1) if w.place == world.place or number % UNDECIDED]
    asked = [
        releases.warn(outbreak=outbreak, contacts=confirmed, by=by, now=world.now),
        releases.propose_places(outbreak=outbreak, windows=chosen, by=by, now=world.now),
    ]
    with audit.acting(audit.Actor(account_id=second.pk, role="province", area_id=world.province.pk)):
        released = [
            releases.release(release=one, by=second, now=world.now) for one in asked if isinstance(one, Release)
        ]
    issued = list(DirectNotice.objects.filter(contact__outbreak=outbreak).order_by("pk"))
    inbox = [
        notice
        for notice in issued
        if notice.channel == DirectNotice.Channel.ACCOUNT and notice.person_id not in world.people.values()
    ]
    for notice in inbox[::OPENED]:
        reader = audit.Actor(account_id=notice.person.account_id, role="citizen")
        with audit.acting(reader):
            mark_read(notice=notice)
    return len(issued), sum(one.sent for one in released if one.kind == Release.Kind.PLACE)
