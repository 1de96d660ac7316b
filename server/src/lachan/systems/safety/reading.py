"""What pages show of a facility: words of bands and items in the reader's language, entries, signals."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground.platform.wording import english, viet_number
from lachan.register.places.models import Place
from lachan.systems.safety import versions
from lachan.systems.safety.criteria import NA, Criteria, PassCount, RiskIndex
from lachan.systems.safety.facts import rhythm_of
from lachan.systems.safety.models import Entry, Facility, Status, StatusChange
from lachan.systems.safety.standing import HOME

Kind = Entry.Kind


def words(part: object) -> str:
    """The vi or en of any part of a document."""
    return str(getattr(part, "en" if english() else "vi"))


def band_words(entry: Entry) -> str:
    """What the rule called the result, by the version of its day."""
    if entry.version is None or not entry.band:
        return ""
    criteria = versions.criteria_of(entry.version)
    return next((words(band) for band in criteria.rule.bands if band.code == entry.band), entry.band)


def outcome_state(outcome: str) -> str:
    """The shape shown for an outcome."""
    return {"safe": "safe", "low": "due", "unsafe": "unsafe"}.get(outcome, "none")


def score_words(entry: Entry) -> str:
    """ "98/142 điểm, 69,01%", "12/15 tiêu chí đạt", "Chỉ số 24,7"."""
    if entry.version is None or entry.score is None or not entry.maximum:
        return ""
    rule = versions.criteria_of(entry.version).rule
    if isinstance(rule, PassCount):
        return _("%(score)s/%(all)s tiêu chí đạt") % {"score": entry.score, "all": entry.maximum}
    share = viet_number(round(100 * entry.score / entry.maximum, 2))
    if isinstance(rule, RiskIndex):
        return _("Chỉ số nguy cơ %(share)s trên 100") % {"share": share}
    values = {"score": entry.score, "all": entry.maximum, "share": share}
    return _("%(score)s/%(all)s điểm, %(share)s%%") % values


@dataclass(frozen=True)
class Answer:
    """One answered item as it is read: `state` is the shape beside it."""

    code: str
    text: str
    said: str
    state: str


def answers_of(entry: Entry) -> list[Answer]:
    """The answers of a stored form in the words of its version."""
    if entry.version is None:
        return []
    criteria = versions.criteria_of(entry.version)
    if entry.kind == Kind.COMMITMENT:
        return [_task(task.code, words(task), entry.answers.get(task.code)) for task in criteria.daily.tasks]
    return [_item(criteria, number, entry.answers) for number in range(len(criteria.items))]


def _task(code: str, text: str, value: object) -> Answer:
    if value == NA:
        return Answer(code, text, _("Không áp dụng"), "none")
    return Answer(code, text, _("Đã làm") if value else _("Chưa làm"), "safe" if value else "late")


def _item(criteria: Criteria, number: int, answers: dict[str, object]) -> Answer:
    item = criteria.items[number]
    value = answers.get(item.code)
    if not isinstance(value, int):
        return Answer(item.code, words(item), _("Không áp dụng"), "none")
    risk = isinstance(criteria.rule, RiskIndex)
    if item.points == 1:
        return Answer(item.code, words(item), _("Đạt") if value else _("Không đạt"), "safe" if value else "unsafe")
    option = next((words(option) for option in item.options if option.points == value), "")
    said = f"{option} ({value}/{item.points})" if option else f"{value}/{item.points}"
    good = value <= item.points / 2 if risk else value >= item.points / 2
    return Answer(item.code, words(item), said, "safe" if good else "unsafe" if risk or value == 0 else "late")


@dataclass(frozen=True)
class Evidence:
    """The three kinds of evidence of one facility, side by side; None where there is none."""

    status: Status | None
    commitment: Entry | None
    assessment: Entry | None
    inspection: Entry | None
    reply: Entry | None


def evidence_of(place: Place) -> Evidence:
    rows = Entry.objects.filter(place=place).select_related("version").order_by("-at", "-number")
    inspection = rows.filter(kind=Kind.INSPECTION).first()
    return Evidence(
        Status.objects.filter(place=place).first(),
        rows.filter(kind=Kind.COMMITMENT, complete=True).first(),
        rows.filter(kind=Kind.ASSESSMENT).first(),
        inspection,
        inspection.replies.order_by("-number").first() if inspection else None,
    )


def changes_of(place: Place, limit: int = 30) -> list[StatusChange]:
    """The facility's changes of status, the newest first. That a day began and was not committed to yet is left out:
    it would be half of all lines."""
    told: list[StatusChange] = []
    for change in StatusChange.objects.filter(place=place).exclude(state="due").order_by("pk"):
        if not told or told[-1].state != change.state:
            told.append(change)
    return told[::-1][:limit]


def days_of(place: Place, days: int = 14) -> list[tuple[date, str]]:
    """The open days among the last ones since it joined: "ok" with a complete commitment, "miss" without one, "now" for
    today without one."""
    facility = Facility.objects.get(place=place)
    today = timezone.now().astimezone(HOME).date()
    first = max(today - timedelta(days=days - 1), facility.joined_at.astimezone(HOME).date())
    version = versions.in_force(facility.criteria, today)
    weekdays = rhythm_of(versions.criteria_of(version), place).weekdays if version else frozenset(range(7))
    rows = Entry.objects.filter(place=place, kind=Kind.COMMITMENT, complete=True, day__gte=first)
    made = set(rows.values_list("day", flat=True))
    told = []
    for number in range((today - first).days + 1):
        day = first + timedelta(days=number)
        if day in made or day.weekday() in weekdays:
            told.append((day, "ok" if day in made else "now" if day == today else "miss"))
    return told


@dataclass(frozen=True)
class Signal:
    """Something an inspector may look at first. Never a verdict: `how` says by what method it was found."""

    title: str
    how: str


def signals_of(place: Place, now: datetime | None = None) -> list[Signal]:
    """Signals in the forms of the last thirty days."""
    since = (now or timezone.now()) - timedelta(days=30)
    rows = list(
        Entry.objects.filter(place=place, at__gte=since, kind__in=[Kind.COMMITMENT, Kind.ASSESSMENT])
        .only("kind", "answers", "seconds", "score", "band", "version", "place_id", "at")
        .order_by("at")
    )
    commitments = [row for row in rows if row.kind == Kind.COMMITMENT]
    found = []
    quick = [row for row in rows if row.seconds is not None and row.seconds < max(5, 2 * len(row.answers))]
    if len(quick) >= 3:
        title = _("%(n)s bản điền rất nhanh") % {"n": len(quick)}
        found.append(Signal(title, _("Mỗi mục dưới 2 giây, từ ba bản trở lên trong 30 ngày.")))
    alike = {tuple(sorted(row.answers.items())) for row in commitments}
    if len(commitments) >= 10 and len(alike) == 1:
        title = _("%(n)s cam kết giống hệt nhau") % {"n": len(commitments)}
        found.append(Signal(title, _("Mười cam kết trở lên trong 30 ngày, mọi câu trả lời như nhau.")))
    edge = [row for row in rows if row.kind == Kind.ASSESSMENT and _at_edge(row)]
    if edge:
        found.append(
            Signal(
                _("Điểm tự đánh giá vừa đủ ngưỡng"),
                _("Kết quả chỉ hơn ngưỡng an toàn nhiều nhất một điểm, hoặc một tiêu chí."),
            )
        )
    return found


def _at_edge(entry: Entry) -> bool:
    """Whether one point or passed item less would have given a worse band."""
    if entry.version is None or not entry.score or not entry.maximum:
        return False
    rule = versions.criteria_of(entry.version).rule
    band = next((band for band in rule.bands if band.code == entry.band), None)
    if band is None or band.outcome != "safe":
        return False
    if isinstance(rule, PassCount):
        return entry.score == getattr(band, "at_least", 0)
    if isinstance(rule, RiskIndex):
        return False
    bound = getattr(band, "at_least", None)
    over = getattr(band, "more_than", None)
    less = 100 * (entry.score - 1)
    return less < bound * entry.maximum if bound is not None else over is not None and less <= over * entry.maximum
