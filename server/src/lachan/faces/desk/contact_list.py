"""The contacts of an outbreak as the officer's table shows them: filtered, counted, sorted, a page at a time.

However many contacts there are, one page takes the same few queries.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.faces.desk import parts, reach
from lachan.faces.desk.wordings import Chip, about, chips, short, source_name
from lachan.ground.platform.text import fold
from lachan.register.access.models import Account
from lachan.register.areas.models import Area
from lachan.register.profiles.document import Profile
from lachan.response.alerts.models import DirectNotice
from lachan.response.cases.models import Outbreak
from lachan.response.tracing.models import Contact, Exposure, TraceRun
from lachan.response.tracing.sources import registered

PAGE = 50
CHANGES = ("new", "back", "moved", "gone")
SORTS = ("priority", "last", "name")


@dataclass(frozen=True)
class Filters:
    """What the address asks for. Unknown values count as not asked."""

    level: str = ""
    status: str = ""
    area: str = ""
    source: str = ""
    case: str = ""
    change: str = ""
    q: str = ""
    sort: str = "priority"
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        def one(name: str, allowed: Iterable[str] | None = None) -> str:
            value = str(query.get(name, "")).strip()[:80]
            return value if allowed is None or value in allowed else ""

        page = one("page")
        return cls(
            level=one("level", map(str, range(1, 7))),
            status=one("status", Contact.Status.values),
            area=one("area") if one("area").isdigit() and len(one("area")) < 10 else "",
            source=one("source", [source.name for source in registered()]),
            case=one("case"),
            change=one("change", CHANGES),
            q=one("q"),
            sort=one("sort", SORTS) or "priority",
            page=max(1, int(page)) if page.isdigit() and len(page) < 6 else 1,
        )

    def address(self, **changed: Any) -> str:
        """The query that asks for the same with some things changed; a changed filter begins at page 1."""
        wanted = replace(self, **({"page": 1} | changed))
        pairs = {name: str(getattr(wanted, name)) for name in self.__dataclass_fields__}
        defaults = {"sort": "priority", "page": "1"}
        kept = {name: value for name, value in pairs.items() if value and value != defaults.get(name)}
        return f"?{urlencode(kept)}" if kept else "?"

    @property
    def asked(self) -> bool:
        return any((self.level, self.status, self.area, self.source, self.case, self.change, self.q))


@dataclass(frozen=True)
class Option:
    """One filter: its word, how many contacts it leaves, where it leads."""

    word: str
    count: int
    address: str
    on: bool
    value: str = ""


@dataclass
class Row:
    """One contact as shown."""

    contact: Contact
    about: str
    chips: list[Chip]
    more: int
    priority: int
    # The end of the last meeting that gave the contact its level.
    last: datetime
    state: str
    state_word: str
    # The form sends it back, so that a decision is taken on what the officer saw.
    seen: str


@dataclass
class Facets:
    levels: list[Option] = field(default_factory=list)
    statuses: list[Option] = field(default_factory=list)
    sources: list[Option] = field(default_factory=list)
    areas: list[Option] = field(default_factory=list)
    total: int = 0
    # Of everything in scope, whatever is filtered.
    per_level: Counter[int] = field(default_factory=Counter)
    # F1 that wait to be looked at.
    close_waiting: int = 0
    # per_level by level, for a template (which would ask a Counter for the count of "items").
    figures: list[tuple[int, int]] = field(default_factory=list)
    per_status: Counter[str] = field(default_factory=Counter)


def base(account: Account, outbreak: Outbreak, run: TraceRun | None, filters: Filters) -> QuerySet[Contact]:
    """The contacts in scope, before the filters that are counted: those the last trace found, or a change of it."""
    found = reach.contacts(account).filter(outbreak=outbreak)
    if filters.change and run is not None:
        found = found.filter(pk__in=run.found.get("ids", {}).get(filters.change, []))
    else:
        found = found.filter(current=True)
    if filters.case:
        met = Exposure.objects.filter(contact=OuterRef("pk"), index_case__number=filters.case)
        found = found.filter(Exists(met))
    if filters.q:
        found = found.filter(person__folded__contains=fold(filters.q))
    return found


def filtered(found: QuerySet[Contact], filters: Filters) -> QuerySet[Contact]:
    """What the counted filters leave of base()."""
    if filters.level:
        found = found.filter(level=int(filters.level))
    if filters.status:
        found = found.filter(status=filters.status)
    if filters.area:
        found = found.filter(person__area_id=int(filters.area))
    if filters.source:
        found = found.filter(_from(filters.source))
    return found


def _from(source: str) -> Exists:
    return Exists(Exposure.objects.filter(contact=OuterRef("pk"), source=source))


def facets(found: QuerySet[Contact], filters: Filters) -> Facets:
    """Every filter with what it would leave, from one grouped query."""
    names = [source.name for source in registered()]
    flags = {f"from_{name}": _from(name) for name in names}
    grouped = (
        found.annotate(**flags)
        .values_list("level", "status", "person__area_id", *flags)
        .annotate(n=Count("pk"))
        .order_by()
    )
    counted: dict[str, Counter[Any]] = {"level": Counter(), "status": Counter(), "area": Counter(), "source": Counter()}
    made = Facets()
    for level, status, area, *rest in grouped:
        n = rest.pop()
        from_ = {name for name, flag in zip(names, rest, strict=True) if flag}
        made.per_level[level] += n
        made.per_status[status] += n
        made.close_waiting += n if level == 1 and status == Contact.Status.FOUND else 0
        fits = {
            "level": not filters.level or level == int(filters.level),
            "status": not filters.status or status == filters.status,
            "area": not filters.area or area == int(filters.area),
            "source": not filters.source or filters.source in from_,
        }
        made.total += n if all(fits.values()) else 0
        values: dict[str, Iterable[Any]] = {"level": [level], "status": [status], "area": [area], "source": from_}
        for name, mine in values.items():
            if all(fit for other, fit in fits.items() if other != name):
                counted[name].update(dict.fromkeys(mine, n))
    made.figures = sorted(made.per_level.items())
    made.levels = [
        _option("level", f"F{n}", str(n), counted["level"][n], filters) for n in sorted(made.per_level.keys())
    ]
    made.statuses = [
        _option("status", _STATUS()[value], value, counted["status"][value], filters) for value in Contact.Status.values
    ]
    made.sources = [_option("source", source_name(name), name, counted["source"][name], filters) for name in names]
    made.areas = _area_options(counted["area"], filters)
    return made


def _STATUS() -> dict[str, str]:  # noqa: N802  a table in the language in force
    return {"found": _("Chờ xem"), "confirmed": _("Đã xác nhận"), "dismissed": _("Đã bỏ")}


def _option(name: str, word: str, value: str, count: int, filters: Filters) -> Option:
    on = getattr(filters, name) == value
    return Option(word, count, filters.address(**{name: "" if on else value}), on, value)


def _area_options(counted: Counter[int | None], filters: Filters) -> list[Option]:
    areas = Area.objects.in_bulk([pk for pk in counted if pk is not None])
    options = [_option("area", short(area), str(area.pk), counted[area.pk], filters) for area in areas.values()]
    return sorted(options, key=lambda option: (-option.count, option.word))


def ranked(found: QuerySet[Contact], sort: str, today: date) -> QuerySet[Contact]:
    """In the order asked, each with `priority` 0–100.

    It adds up: the level (60, 35, 15), a shared home (20), certain minutes (up to 10), possible minutes (up to 5), an
    age of 60 or more (5). The page explains the same.
    """
    zero = Value(0)
    # Meetings further down the chain say nothing of how close this contact is.
    decisive = Q(exposures__level=F("level"))
    at_home = Exposure.objects.filter(contact=OuterRef("pk"), level=OuterRef("level"), source="household")
    minutes = found.annotate(
        certain=Coalesce(Max("exposures__minutes_certain", filter=decisive), zero),
        last=Coalesce(Max("exposures__end", filter=decisive), F("last_exposure_at")),
        possible=Coalesce(Max("exposures__minutes_possible", filter=decisive), zero),
        home=Case(When(Exists(at_home), then=Value(20)), default=zero),
        closeness=Case(When(level=1, then=Value(60)), When(level=2, then=Value(35)), default=Value(15)),
        elder=Case(When(person__birth_year__lte=today.year - 60, then=Value(5)), default=zero),
    )
    score = (
        F("closeness")
        + F("home")
        + F("elder")
        + Least(F("certain"), Value(60)) / 6
        + Least(F("possible"), Value(120)) / 24
    )
    minutes = minutes.annotate(priority=ExpressionWrapper(score, output_field=IntegerField()))
    order = {
        "priority": ("-priority", "-last", "pk"),
        "last": ("-last", "pk"),
        "name": ("person__folded", "pk"),
    }
    return minutes.order_by(*order[sort])


def rows(account: Account, found: QuerySet[Contact], *, whole: bool, rule: Profile) -> list[Row]:
    """The rows of the contacts, which must be few. `whole`: the office runs the outbreak and reads every name in it."""
    today = timezone.localdate()
    contacts = list(found.select_related("person__area", "decided_by"))
    met: dict[int, list[Exposure]] = {}
    exposures = list(Exposure.objects.filter(contact__in=contacts).select_related("place", "via"))
    met_at = parts.together(exposures, rule.near_parts)
    for exposure in exposures:
        met.setdefault(exposure.contact_id, []).append(exposure)
    vias = {e.via.pk: e.via.name for several in met.values() for e in several if e.via is not None}
    names = vias if whole else reach.names_visible(account, vias)
    notices = {n.contact_id: n for n in DirectNotice.objects.filter(contact__in=contacts, withdrawn_at=None)}
    return [
        _row(
            c, about(c.person, today), chips(_decisive(c, met), names, rule.minimum_minutes, met_at), notices.get(c.pk)
        )
        for c in contacts
    ]


def _decisive(contact: Contact, met: Mapping[int, list[Exposure]]) -> list[Exposure]:
    """The meetings that gave the contact its level; of a contact no longer found, what was kept."""
    found = met.get(contact.pk, [])
    return [e for e in found if e.level <= contact.level] or found


def _row(contact: Contact, about: str, evidence: tuple[list[Chip], int], notice: DirectNotice | None) -> Row:
    shown, more = evidence
    state, word = state_of(contact, notice)
    last = getattr(contact, "last", None) or contact.last_exposure_at
    return Row(contact, about, shown, more, int(getattr(contact, "priority", 0)), last, state, word, seen(contact))


def state_of(contact: Contact, notice: DirectNotice | None) -> tuple[str, str]:
    """The shape and the word of where a contact stands: from waiting to be looked at to warned."""
    if contact.status == Contact.Status.DISMISSED:
        return "paused", _("Đã bỏ")
    if contact.status == Contact.Status.FOUND:
        return "none", _("Chờ xem")
    return ("due", _("Chưa báo tin")) if notice is None else _warned(notice)


def _warned(notice: DirectNotice) -> tuple[str, str]:
    if notice.channel == DirectNotice.Channel.CALL:
        if notice.called_at:
            return "safe", _("Đã gọi")
        return "late", _("Gọi chưa gặp") if notice.call_outcome else _("Cần gọi")
    if notice.read_at:
        return "safe", _("Đã đọc tin")
    return "due", _("Đã nhận tin") if notice.delivered_at else _("Đã gửi tin")


def seen(contact: Contact) -> str:
    """The contact as it stands on the page: key, status and when decided."""
    decided = contact.decided_at.isoformat() if contact.decided_at else ""
    return f"{contact.key}|{contact.status}|{decided}"


def as_seen(contact: Contact, text: str) -> Contact:
    """The contact put back to how the officer saw it (of seen()), so that a later change is noticed."""
    _key, _bar, rest = text.partition("|")
    status, _bar, decided = rest.partition("|")
    try:
        contact.decided_at = datetime.fromisoformat(decided) if decided else None
    except ValueError:
        return contact
    contact.status = status
    return contact
