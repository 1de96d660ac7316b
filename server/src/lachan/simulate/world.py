"""The door of the demonstration world: `make` imagines and writes it once, `play` lets the desk work on it."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.areas import queries as areas
from lachan.register.areas.loading import load_areas
from lachan.register.areas.models import Area, Level
from lachan.register.places.models import Place, PlaceCode
from lachan.simulate import story, truth
from lachan.simulate.officers import Officer, appoint
from lachan.simulate.places import Ground
from lachan.simulate.plan import Plan, imagine
from lachan.simulate.play import play
from lachan.simulate.truth import Memory, TrueInfection
from lachan.simulate.write import write

__all__ = ["World", "existing", "make", "play"]

Say = Callable[[str], None]
MADE = "simulate.world.make"
# Any number that no other lock of the product uses.
_LOCK = 0x6C61_6368_616E
_KINDS = ("Phường ", "Xã ", "Đặc khu ")


@dataclass(frozen=True, slots=True)
class World:
    """A world in the database. `people`, `places`: ids of the cast by key or name; `known`: the first cases to confirm.

    `phones` (E.164) and `names` are of the cast, by key.

    `infections` is the truth, which the desk must not read.
    """

    key: str
    seed: int
    now: datetime
    province: Area
    communes: list[Area]
    officers: dict[str, Officer]
    people: dict[str, int]
    phones: dict[str, str]
    names: dict[str, str]
    places: dict[str, int]
    place: Place
    place_code: str
    first_person: int
    first_place: int
    infections: list[TrueInfection]
    known: list[int]


def make(
    *,
    seed: int = 2021,
    now: datetime | None = None,
    people: int = 20_000,
    places: int = 400,
    days: int = 14,
    progress: Say = lambda _: None,
) -> World:
    """The world of this database: the one that is there, or a new one until `now` (aware; default: this minute).

    Raises ValueError for a world too small for its cast, areas.SourceMissingError without the lists of units.
    """
    found = existing(progress)
    if found is not None:
        progress("The world is there already")
        return found
    moment = (now or timezone.now()).replace(second=0, microsecond=0)
    province, communes = _communes(progress)
    plan = imagine(
        seed=seed, now=moment, people=people, count=places, days=days, grounds=_grounds(communes), say=progress
    )
    with audit.acting(audit.system("simulate")), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        other = existing(progress)
        if other is not None:
            return other
        written = write(plan, communes, progress)
        key = str(uuid.UUID(int=random.SystemRandom().getrandbits(128), version=4))
        marker = {
            "key": key,
            "seed": seed,
            "now": moment.isoformat(),
            "people": people,
            "places": places,
            "days": days,
            "first_person": written.first_person,
            "first_place": written.first_place,
        }
        _keep(marker, plan, province, communes, progress)
        audit.record(action=MADE, detail=marker)
    return _world(marker)


def existing(progress: Say = lambda _: None) -> World | None:
    """The world of this database, or None. Lost log-ins and a lost truth are made anew."""
    event = AuditEvent.objects.filter(action=MADE).order_by("-pk").first()
    if event is None:
        return None
    marker = event.detail
    if truth.recall(marker["key"]) is None:
        progress("The world's file is gone: new log-ins for its officers")
        province, communes = _communes(progress)
        moment = parse_datetime(marker["now"])
        assert moment is not None  # noqa: S101  written by make()
        plan = imagine(
            seed=marker["seed"],
            now=moment,
            people=marker["people"],
            count=marker["places"],
            days=marker["days"],
            grounds=_grounds(communes),
        )
        with audit.acting(audit.system("simulate")):
            _keep(marker, plan, province, communes, progress)
    return _world(marker)


def _communes(progress: Say) -> tuple[Area, list[Area]]:
    if not Area.objects.exists():
        load_areas(progress)
    province = areas.unit(Level.PROVINCE, story.PROVINCE)
    units = {area.code: area for area in areas.in_force(Level.COMMUNE).filter(code__in=story.COMMUNES)}
    return province, [units[code] for code in story.COMMUNES]


def _grounds(communes: list[Area]) -> dict[str, Ground]:
    return {
        area.code: Ground(_bare(area.name), story.COMMUNES[area.code], area.latitude, area.longitude)
        for area in communes
    }


def _bare(name: str) -> str:
    for kind in _KINDS:
        name = name.removeprefix(kind)
    return name


def _keep(marker: dict[str, Any], plan: Plan, province: Area, communes: list[Area], progress: Say) -> None:
    commune = next(area for area in communes if area.code == story.THANH_KHE)
    progress("Officers get passwords and second factors")
    officers = appoint(areas.country(), province, commune)
    infections = truth.of(plan, marker["first_person"], marker["first_place"])
    known = [marker["first_person"] + one.person for one in plan.known]
    truth.remember(Memory(marker["key"], officers, infections, known))


def _by_role(officers: list[Officer]) -> dict[str, Officer]:
    """The first of a role under its name, the second under "province-2"."""
    found: dict[str, Officer] = {}
    for one in officers:
        found[one.role if one.role not in found else f"{one.role}-2"] = one
    return found


def _world(marker: dict[str, Any]) -> World:
    memory = truth.recall(marker["key"])
    moment = parse_datetime(marker["now"])
    assert memory is not None and moment is not None  # noqa: S101  both written by make()
    province, communes = _communes(lambda _: None)
    cast = story.gather(list(story.COMMUNES), [(None, None)] * len(communes), moment.date())
    places = {name: marker["first_place"] + index for name, index in cast.places.items()}
    code = PlaceCode.objects.filter(place=places[story.MARKET], revoked_at=None).latest("issued_at")
    humans = cast.population.humans
    return World(
        key=marker["key"],
        seed=marker["seed"],
        now=moment,
        province=province,
        communes=communes,
        officers=_by_role(memory.officers),
        people={key: marker["first_person"] + index for key, index in cast.people.items()},
        names={key: humans[index].name for key, index in cast.people.items()},
        phones={key: phone for key, index in cast.people.items() if (phone := humans[index].phone)},
        places=places,
        place=Place.objects.select_related("area").get(pk=places[story.MARKET]),
        place_code=code.code,
        first_person=marker["first_person"],
        first_place=marker["first_place"],
        infections=memory.infections,
        known=memory.known,
    )
