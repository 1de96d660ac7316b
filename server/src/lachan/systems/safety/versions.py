"""Versions of sets of criteria: drafted, tried on what is known, published with a date, retired. Never edited."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.areas.models import Area, Level
from lachan.register.places.models import Place
from lachan.systems.safety.criteria import Criteria, dump, parse
from lachan.systems.safety.documents import shipped
from lachan.systems.safety.errors import RefusedError
from lachan.systems.safety.models import CriteriaVersion, Facility, Status

State = CriteriaVersion.State
#: A form begun under a version that has just been replaced is still taken for so long.
AFTER_RETIRING = timedelta(days=7)


@lru_cache(maxsize=256)
def _parsed(number: int) -> Criteria:
    # A published document never changes, so its row's number is enough of a key.
    return parse(CriteriaVersion.objects.get(pk=number).document)


def criteria_of(version: CriteriaVersion) -> Criteria:
    """The document of a stored version."""
    return parse(version.document) if version.state == State.DRAFT else _parsed(version.pk)


def _held(on: date) -> Q:
    ended = Q(retired_on=None) | Q(retired_on__gt=on)
    return Q(state__in=[State.PUBLISHED, State.RETIRED], valid_from__lte=on) & ended


def in_force(code: str, on: date) -> CriteriaVersion | None:
    """The version of the set that holds on that day."""
    return CriteriaVersion.objects.filter(_held(on), code=code).order_by("-valid_from", "-number").first()


def timeline(codes: Iterable[str]) -> dict[str, list[CriteriaVersion]]:
    """The versions of each set that were ever published, the newest first."""
    found: dict[str, list[CriteriaVersion]] = {}
    rows = CriteriaVersion.objects.filter(code__in=set(codes)).exclude(state=State.DRAFT)
    for version in rows.order_by("-valid_from", "-number"):
        found.setdefault(version.code, []).append(version)
    return found


def on_day(versions: list[CriteriaVersion], day: date) -> CriteriaVersion | None:
    """Of a set's versions, the one that held on that day; before the first, the first."""
    for version in versions:
        starts = version.valid_from is not None and version.valid_from <= day
        if starts and (version.retired_on is None or version.retired_on > day):
            return version
    return versions[-1] if versions else None


def _province(area: Area) -> str:
    above: Area | None = area
    while above is not None and above.level != Level.PROVINCE:
        above = above.parent
    return above.code if above else ""


def offered(place: Place, on: date | None = None) -> list[CriteriaVersion]:
    """The sets a place of this kind may follow, a province's own first."""
    day = on or timezone.localdate()
    newest: dict[str, CriteriaVersion] = {}
    for version in CriteriaVersion.objects.filter(_held(day)).order_by("valid_from", "number"):
        newest[version.code] = version
    province = _province(place.area)
    fitting = [
        (version, criteria)
        for version in newest.values()
        for criteria in (criteria_of(version),)
        if place.kind in criteria.kinds and (not criteria.provinces or province in criteria.provinces)
    ]
    fitting.sort(key=lambda pair: (not pair[1].provinces, pair[1].code == "clinic", pair[1].code))
    return [version for version, _criteria in fitting]


@transaction.atomic
def load_shipped() -> list[CriteriaVersion]:
    """Publish every set that comes with the product and is not stored yet."""
    made = []
    stored = set(CriteriaVersion.objects.values_list("code", "number"))
    for criteria in shipped():
        if (criteria.code, criteria.number) in stored:
            continue
        version = CriteriaVersion.objects.create(
            code=criteria.code,
            number=criteria.number,
            state=State.PUBLISHED,
            document=dump(criteria),
            valid_from=criteria.valid_from,
            published_at=timezone.now(),
        )
        audit.record(action="safety.criteria.publish", obj=version, detail={"code": criteria.code})
        made.append(version)
    return made


@transaction.atomic
def draft(*, criteria: Criteria, by: Account | None) -> CriteriaVersion:
    """Keep a draft of the set's next version; an earlier draft of the same set is replaced."""
    CriteriaVersion.objects.filter(code=criteria.code, state=State.DRAFT).delete()
    last = CriteriaVersion.objects.filter(code=criteria.code).aggregate(last=Max("number"))["last"] or 0
    document = dump(criteria) | {"number": last + 1}
    version = CriteriaVersion.objects.create(code=criteria.code, number=last + 1, document=document, drafted_by=by)
    audit.record(action="safety.criteria.draft", obj=version, detail={"code": version.code, "number": version.number})
    return version


@transaction.atomic
def publish(*, version: CriteriaVersion, valid_from: date, by: Account | None) -> CriteriaVersion:
    """The draft holds from that day on; the version before it until the day before.

    Raises RefusedError for what is no draft, for a day that is past, or before the day of the version in force.
    """
    version = CriteriaVersion.objects.select_for_update().get(pk=version.pk)
    if version.state != State.DRAFT:
        raise RefusedError(_("Bản này đã ban hành. Soạn bản mới rồi ban hành."), "valid_from")
    if valid_from < timezone.localdate():
        raise RefusedError(_("Ghi từ hôm nay trở đi: kết quả đã có giữ theo bản cũ."), "valid_from")
    others = CriteriaVersion.objects.select_for_update().filter(code=version.code, state=State.PUBLISHED)
    if others.filter(valid_from__gte=valid_from).exists():
        raise RefusedError(_("Đã có bản bắt đầu từ ngày đó hoặc sau đó. Ghi một ngày sau bản ấy."), "valid_from")
    others.update(state=State.RETIRED, retired_on=valid_from)
    version.document = version.document | {"valid_from": valid_from.isoformat()}
    version.state, version.valid_from = State.PUBLISHED, valid_from
    version.published_by, version.published_at = by, timezone.now()
    version.save()
    Status.objects.filter(place__safety__criteria=version.code).update(next_at=timezone.now())
    detail = {"code": version.code, "number": version.number, "valid_from": valid_from}
    audit.record(action="safety.criteria.publish", obj=version, detail=detail)
    return version


@transaction.atomic
def discard(*, version: CriteriaVersion) -> None:
    """Drop a draft. Raises RefusedError for a published version."""
    if version.state != State.DRAFT:
        raise RefusedError(_("Bản đã ban hành không xóa được."), "")
    audit.record(action="safety.criteria.discard", obj=version, detail={"code": version.code})
    version.delete()


def taken(code: str, number: int, at: date) -> CriteriaVersion | None:
    """The version by which answers given on that day may be judged: not retired for longer than AFTER_RETIRING."""
    limit = at - AFTER_RETIRING
    ended = Q(retired_on=None) | Q(retired_on__gt=limit)
    return CriteriaVersion.objects.filter(
        ended, code=code, number=number, valid_from__lte=at, state__in=[State.PUBLISHED, State.RETIRED]
    ).first()


def listing() -> QuerySet[CriteriaVersion]:
    return CriteriaVersion.objects.select_related("published_by").order_by("code", "-number")


def followers(codes: Iterable[str]) -> QuerySet[Facility]:
    return Facility.objects.filter(criteria__in=set(codes)).select_related("place__area")
