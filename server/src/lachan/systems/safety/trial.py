"""Trying a draft on what is already known: which facilities would have had another status last month."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from lachan.register.places.models import Place
from lachan.systems.safety import versions
from lachan.systems.safety.criteria import Criteria, Outcome
from lachan.systems.safety.facts import Known, gather, rhythm_of
from lachan.systems.safety.judging import AnswersError, NothingAppliesError, judge
from lachan.systems.safety.models import CriteriaVersion, Entry
from lachan.systems.safety.refreshing import current
from lachan.systems.safety.standing import State, standing

DAYS = 30
#: Enough to see what a draft does; a whole province is tried in parts of this size.
MOST = 2_000


@dataclass(frozen=True)
class Difference:
    """A facility whose status would have been another on `days` of the days tried."""

    place: Place
    now: State
    then: State
    days: int


@dataclass(frozen=True)
class Trial:
    """What the draft would do. `unjudged`: assessments without an answer to an item that is new, so they count as not
    made; `tried` of `followers` facilities were looked at."""

    differences: list[Difference]
    tried: int
    followers: int
    unjudged: int


def try_on(draft: CriteriaVersion, now: datetime | None = None) -> Trial:
    """The draft on the last thirty days of every facility that follows its set, at the same hour of each day."""
    moment = now or timezone.now()
    criteria = versions.criteria_of(draft)
    places = list(versions.followers([draft.code]).order_by("place").values_list("place_id", flat=True))
    chosen = places[:MOST]
    unjudged: set[int] = set()
    before = gather(chosen, whole=True)
    after = gather(chosen, whole=True, rejudge=_by(criteria, unjudged))
    moments = [moment - timedelta(days=days) for days in range(DAYS)]
    differences = []
    for place_id, known in before.items():
        pairs = [pair for at in moments if (pair := _pair(known, after[place_id], criteria, at))]
        days = sum(1 for was, would in pairs if was != would)
        if days:
            differences.append(Difference(known.place, *pairs[0], days))
    differences.sort(key=lambda one: (one.now == one.then, -one.days, one.place.folded))
    return Trial(differences, len(chosen), len(places), len(unjudged))


def _by(criteria: Criteria, unjudged: set[int]) -> Callable[[Entry], tuple[Outcome, datetime | None] | None]:
    def rejudge(entry: Entry) -> tuple[Outcome, datetime | None] | None:
        asked = {item.code for item in criteria.items}
        try:
            verdict = judge(criteria, {code: value for code, value in entry.answers.items() if code in asked})
        except (AnswersError, NothingAppliesError):
            unjudged.add(entry.pk)
            return None
        grace = verdict.band.grace_days
        return verdict.band.outcome, entry.at + timedelta(days=grace) if grace else None

    return rejudge


def _pair(was: Known, would: Known, criteria: Criteria, at: datetime) -> tuple[State, State] | None:
    if at < was.facility.joined_at:
        return None
    old = current(was, at)
    return (old.state, standing(would.history, rhythm_of(criteria, would.place), at).state) if old else None
