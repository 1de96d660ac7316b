"""The pages of a facility's staff: today's commitment, the assessment, the history. They work without a script."""

import json
import re
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from lachan.ground.platform import static_files
from lachan.ground.platform.ids import uuid7
from lachan.ground.platform.wording import english
from lachan.register.access import ratelimit
from lachan.register.access.models import Account
from lachan.register.access.scope import citizen_required
from lachan.register.access.tokens import device_of
from lachan.register.places import queries as places
from lachan.register.places.models import Place, PlaceStaff
from lachan.systems.safety import actions, pictures, reading, versions
from lachan.systems.safety.actions import Said, Signer
from lachan.systems.safety.api import SENDS
from lachan.systems.safety.challenges import challenge_of
from lachan.systems.safety.criteria import Criteria
from lachan.systems.safety.errors import RefusedError
from lachan.systems.safety.forms import AnswersForm, JoinForm, ReplyForm, daily_form, full_form
from lachan.systems.safety.models import CriteriaVersion, Entry, Facility, Photo, Status
from lachan.systems.safety.standing import HOME

OWNER = PlaceStaff.Role.OWNER
Kind = Entry.Kind
_KEPT = (
    re.compile(r"^safety/[a-z0-9-]+\.(js|css)$"),
    re.compile(r"^app/sending\.js$"),
    re.compile(r"^face/(?!kit|sheet|passkey)[a-z-]+\.(css|js|svg)$"),
    re.compile(r"^npm/be-vietnam-pro/be-vietnam-pro-(latin|latin-ext|vietnamese)-(400|600|700)-normal\.woff2$"),
    re.compile(r"^npm/idb-keyval/index\.js$"),
)


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _place(request: HttpRequest, key: UUID, *roles: str) -> Place:
    """The place, if the account helps there (in one of the roles); else 404, which tells nothing."""
    found = places.places_of(_account(request), *roles).select_related("area__parent").filter(key=key).first()
    if found is None:
        raise Http404
    return found


def _of_this_build(response: HttpResponse) -> HttpResponse:
    response["Lachan-Build"] = settings.BUILD
    response["Cache-Control"] = "no-cache"
    return response


def _joined(place: Place) -> tuple[CriteriaVersion, Criteria]:
    found = actions.version_for(place)
    if found is None:
        raise Http404
    return found


@require_safe
@citizen_required
def mine(request: HttpRequest) -> HttpResponse:
    """Every place the account helps at, with its status and what is to be done there today."""
    account = _account(request)
    found = list(places.places_of(account))
    today = timezone.now().astimezone(HOME).date()
    done = {
        entry.place_id: entry
        for entry in Entry.objects.filter(place__in=found, kind=Kind.COMMITMENT, day=today).order_by("at")
    }
    owned = set(places.owned(account).values_list("pk", flat=True))
    statuses = Status.objects.in_bulk([place.pk for place in found])
    joined = set(Facility.objects.filter(place__in=found).values_list("place_id", flat=True))
    rows: list[dict[str, Any]] = [
        {
            "place": place,
            "joined": place.pk in joined,
            "status": statuses.get(place.pk),
            "done": done.get(place.pk),
            "owns": place.pk in owned,
        }
        for place in found
    ]
    rows.sort(key=lambda row: (not row["joined"], row["done"] is not None))
    open_ones = [row for row in rows if row["joined"] and not (row["done"] and row["done"].complete)]
    context = {"rows": rows, "open": open_ones, "config": _config(request, found), "today": today}
    return _of_this_build(render(request, "safety/mine.html", context))


def _config(request: HttpRequest, found: list[Place]) -> dict[str, Any]:
    """What the script needs: whose phone it is, which pages to keep, its words."""
    pages = [reverse("safety:mine")]
    pages += [reverse(name, args=[place.key]) for place in found for name in ("safety:today", "safety:assess")]
    return {
        "owner": str(_account(request).pk),
        "language": "en" if english() else "vi",
        "pages": pages,
        "words": {
            "saving": _("Đang gửi"),
            "kept": _("Đã ghi lúc {at}. Chưa có mạng: bản này ở trong máy và sẽ tự gửi."),
            "sent": _("Đã nhận lúc {at}. Mục {number} trong chuỗi của cơ sở."),
            "open": _("Đã nhận lúc {at}. Còn việc chưa làm: xong thì cam kết lại."),
            "refused": _("Chưa nhận được: {why}"),
            "missing": _("Còn {n} mục chưa trả lời"),
            "offline": _("Không có mạng. Điền như thường, máy giữ và tự gửi."),
            "waiting": _("{n} bản đang chờ gửi"),
            "sign_in": _("Máy này đã đăng xuất. Đăng nhập lại để gửi {n} bản đang giữ."),
            "other_day": _("Trang này mở từ hôm trước: câu hỏi riêng của hôm nay hiện khi có mạng."),
        },
    }


def _said(request: HttpRequest, form: AnswersForm, kind: str, challenge: str, photos: tuple[UUID, ...]) -> Said:
    began = request.POST.get("began", "")
    seconds = None
    if began.isascii() and began.isdigit() and len(began) < 12:
        seconds = max(0, min(2_000_000, int(timezone.now().timestamp()) - int(began)))
    return Said(
        key=form.cleaned_data["key"],
        kind=kind,
        at=timezone.now(),
        answers=form.answers(),
        criteria=form.cleaned_data["criteria"],
        number=form.cleaned_data["number"],
        seconds=seconds,
        challenge=challenge,
        photos=photos,
    )


def _signer(request: HttpRequest) -> Signer:
    account, device = _account(request), device_of(request)
    return Signer(account, account.name, device.pk if device else None)


def _limit(request: HttpRequest) -> None:
    """The limit of the phone's own sending, also for pages; raises RefusedError."""
    device = device_of(request)
    if ratelimit.take(SENDS, str(device.pk) if device else f"account-{_account(request).pk}"):
        raise RefusedError(_("Gửi quá nhiều lần. Chờ vài phút rồi gửi lại."), "", "too_many")


def _send(request: HttpRequest, place: Place, form: AnswersForm, kind: str, challenge: str) -> Entry | None:
    """Store the form; None when it was refused, with the reason at the form."""
    try:
        _limit(request)
        known = Entry.objects.filter(place=place, key=form.cleaned_data["key"]).first()
        if known is not None:
            return known
        photos: tuple[UUID, ...] = ()
        if sent := form.cleaned_data.get("photo"):
            photos = (pictures.keep(place=place, key=uuid7(), content=sent.read(pictures.MAX_BYTES + 1)).key,)
        said = _said(request, form, kind, challenge, photos)
        return actions.submit(place=place, said=said, signer=_signer(request))[0]
    except RefusedError as error:
        form.add_error("photo" if error.field == "photo" else None, error.message)
        return None


def _page(request: HttpRequest, template: str, place: Place, form: AnswersForm, **more: Any) -> HttpResponse:
    context = {
        "place": place,
        "form": form,
        "config": _config(request, [place]),
        "began": int(timezone.now().timestamp()),
        "name": _account(request).name,
        "photo_hint": _("Không bắt buộc. Không chụp người: máy xóa mặt tìm thấy, vị trí và tên máy, nhưng có thể sót."),
        **more,
    }
    status = 422 if request.method == "POST" else 200
    return _of_this_build(render(request, template, context, status=status))


def _initial(version: CriteriaVersion) -> dict[str, Any]:
    return {"key": uuid7(), "criteria": version.code, "number": version.number}


@citizen_required
def today(request: HttpRequest, key: UUID) -> HttpResponse:
    """The day's tasks, ticked and committed to by name."""
    place = _place(request, key)
    if not Facility.objects.filter(place=place).exists():
        return redirect("safety:join", key=key)
    version, criteria = _joined(place)
    day = timezone.now().astimezone(HOME).date()
    challenge = challenge_of(criteria, place, day)
    if request.method == "POST":
        form = daily_form(criteria, request.POST, request.FILES)
        if form.is_valid() and (entry := _send(request, place, form, Kind.COMMITMENT, challenge)):
            if entry.complete:
                messages.success(request, _("Đã cam kết hôm nay."))
            else:
                messages.warning(request, _("Đã ghi. Còn việc chưa làm: xong thì cam kết lại."))
            return redirect("safety:mine")
    else:
        form = daily_form(criteria, initial=_initial(version))
    done = Entry.objects.filter(place=place, kind=Kind.COMMITMENT, day=day).order_by("-at").first()
    return _page(
        request,
        "safety/today.html",
        place,
        form,
        version=version,
        criteria=criteria,
        title=reading.words(criteria),
        tasks=[(task.code, form[f"a-{task.code}"]) for task in criteria.daily.tasks],
        challenge=challenge,
        day=day,
        done=done,
        kind=Kind.COMMITMENT,
    )


@citizen_required
def assess(request: HttpRequest, key: UUID) -> HttpResponse:
    """The full criteria, at the rhythm of the set."""
    place = _place(request, key)
    if not Facility.objects.filter(place=place).exists():
        return redirect("safety:join", key=key)
    version, criteria = _joined(place)
    if request.method == "POST":
        form = full_form(criteria, request.POST, request.FILES)
        if form.is_valid() and (entry := _send(request, place, form, Kind.ASSESSMENT, "")):
            said = _("Kết quả tự đánh giá: %(band)s (%(score)s).")
            messages.success(request, said % {"band": reading.band_words(entry), "score": reading.score_words(entry)})
            return redirect("safety:history", key=key)
    else:
        form = full_form(criteria, initial=_initial(version))
    return _page(
        request,
        "safety/assess.html",
        place,
        form,
        version=version,
        criteria=criteria,
        title=reading.words(criteria),
        checked=criteria.checked_en if english() else criteria.checked_vi,
        sections=sections(criteria, form),
        kind=Kind.ASSESSMENT,
    )


Question = tuple[str, Any, str, bool]


def sections(criteria: Criteria, form: AnswersForm) -> list[tuple[str, list[Question]]]:
    """The form's fields by chapter: code, field, where its words come from, whether its choices are sentences."""
    titles = {chapter.code: reading.words(chapter) for chapter in criteria.chapters}
    found: dict[str, list[Question]] = {}
    for item in criteria.items:
        found.setdefault(item.chapter, []).append((item.code, form[f"a-{item.code}"], item.source, bool(item.options)))
    return [(titles.get(chapter, ""), rows) for chapter, rows in found.items()]


@citizen_required
def join(request: HttpRequest, key: UUID) -> HttpResponse:
    """The owner chooses the set the place follows."""
    place = _place(request, key, OWNER)
    offered = versions.offered(place)
    choices = [(version.code, reading.words(versions.criteria_of(version))) for version in offered]
    facility = Facility.objects.filter(place=place).first()
    first = facility.criteria if facility else choices[0][0] if len(choices) == 1 else None
    form = JoinForm(request.POST or None, choices=choices, initial={"criteria": first})
    if request.method == "POST" and form.is_valid():
        try:
            actions.join(place=place, code=form.cleaned_data["criteria"], by=_account(request))
        except RefusedError as error:
            form.add_error("criteria", error.message)
        else:
            messages.success(request, _("Đã tham gia. Bắt đầu bằng một lần tự đánh giá, rồi cam kết mỗi sáng."))
            return redirect("safety:mine")
    told = [(reading.words(c), c.basis) for c in (versions.criteria_of(version) for version in offered)]
    context = {"place": place, "form": form, "told": told, "joined": facility is not None}
    return render(request, "safety/join.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@citizen_required
def history(request: HttpRequest, key: UUID) -> HttpResponse:
    """What was filled in here, by whom; what inspectors found, with the right to reply."""
    place = _place(request, key)
    if not Facility.objects.filter(place=place).exists():
        return redirect("safety:join", key=key)
    rows = Entry.objects.filter(place=place).select_related("version").prefetch_related("photos", "replies")
    entries = [
        {
            "entry": entry,
            "band": reading.band_words(entry),
            "score": reading.score_words(entry),
            "state": reading.outcome_state(entry.outcome),
            "photos": [photo for photo in entry.photos.all() if photo.content is not None],
            "replied": bool(entry.replies.all()),
        }
        for entry in rows.order_by("-number")[:60]
    ]
    context = {
        "place": place,
        "entries": entries,
        "status": Status.objects.filter(place=place).first(),
        "days": [mark for _day, mark in reading.days_of(place)],
        "owns": places.owned(_account(request)).filter(pk=place.pk).exists(),
        "length": Facility.objects.get(place=place).length,
    }
    return render(request, "safety/history.html", context)


@citizen_required
def reply(request: HttpRequest, key: UUID, entry: UUID) -> HttpResponse:
    """The owner answers an inspection."""
    place = _place(request, key, OWNER)
    about = Entry.objects.filter(place=place, key=entry, kind=Kind.INSPECTION).select_related("version").first()
    if about is None:
        raise Http404
    form = ReplyForm(request.POST or None, initial={"key": uuid7()})
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        said = Said(
            key=form.cleaned_data["key"], kind=Kind.REPLY, at=timezone.now(), answers={}, note=note, about=about.key
        )
        try:
            _limit(request)
            if not Entry.objects.filter(place=place, key=said.key).exists():
                actions.submit(place=place, said=said, signer=_signer(request))
        except RefusedError as error:
            form.add_error("note", error.message)
        else:
            messages.success(request, _("Đã ghi câu trả lời. Ai xem cơ sở cũng đọc được."))
            return redirect("safety:history", key=key)
    context = {
        "place": place,
        "about": about,
        "band": reading.band_words(about),
        "failed": [answer for answer in reading.answers_of(about) if answer.state in {"unsafe", "late"}],
        "form": form,
    }
    return render(request, "safety/reply.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@citizen_required
def photo(request: HttpRequest, key: UUID, photo: UUID) -> HttpResponse:
    """A picture of this place's forms, for those who help here."""
    place = _place(request, key)
    found = Photo.objects.filter(place=place, key=photo).exclude(content=None).first()
    if found is None or found.content is None:
        raise Http404
    return picture(found.content)


def picture(content: bytes | memoryview) -> HttpResponse:
    """A kept picture as an answer."""
    return HttpResponse(bytes(content), content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@cache
def _assets() -> tuple[str, ...]:
    return static_files.addresses(_KEPT)


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of files to keep. Its text changes with the build: so a phone learns of one."""
    start = {"build": settings.BUILD, "assets": _assets(), "home": reverse("safety:mine")}
    text = f'import {{ start }} from "{settings.STATIC_URL}safety/worker.js";\nstart({json.dumps(start, indent=1)});\n'
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})
