"""The citizen's way in: phone, code, and for a new number name and commune. Works without a script."""

import time
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lachan.ground.platform import keyring
from lachan.register.access import actions, otp, sessions, tokens
from lachan.register.access.forms import CodeForm, JoinForm, PhoneForm
from lachan.register.access.models import Account, Sms

HOME = "/app/"
# After this long a proved number must be proved again before it may become an account.
PROOF_S = 1_800
_PHONE, _PROOF, _NEXT = "access.phone", "access.proof", "access.next"


def ip_of(request: HttpRequest) -> str:
    """What the limits count as one address (one_address). It is the peer's; behind a proxy the server puts the client's
    there (LACHAN_PROXY)."""
    return one_address(str(request.META.get("REMOTE_ADDR") or "unknown"))


def one_address(text: str) -> str:
    """An IPv4 address, or the /64 an IPv6 address is in, which is one customer's; any other text as it is."""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))


def wait_words(seconds: int) -> str:
    """ "45 giây" or "3 phút": how long until a limit lets the person through."""
    if seconds < 60:
        return ngettext("%(count)d giây", "%(count)d giây", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(count)d phút", "%(count)d phút", minutes) % {"count": minutes}


def _safe_next(request: HttpRequest, target: str) -> str:
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else HOME


def _keep_phone(request: HttpRequest, key: str, number: str) -> None:
    # Sessions lie in the database, where no number may stand in the clear.
    request.session[key] = {"phone": keyring.seal(number, f"session.{key}").hex(), "at": time.time()}


def _kept_phone(request: HttpRequest, key: str, seconds: float) -> str | None:
    kept = request.session.get(key)
    if not kept or time.time() - kept["at"] > seconds:
        return None
    return keyring.unseal(bytes.fromhex(kept["phone"]), f"session.{key}")


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Step one: to which phone the code goes."""
    target = _safe_next(request, request.GET.get("next", HOME))
    if request.method != "POST":
        if sessions.resume(request):
            return redirect(target)
        request.session[_NEXT] = target
        return render(request, "access/sign_in.html", {"form": PhoneForm()})
    form = PhoneForm(request.POST)
    if form.is_valid():
        sent = otp.request_code(form.cleaned_data["phone"], ip_of(request))
        if not sent.wait:
            _keep_phone(request, _PHONE, sent.phone)
            return redirect("access:code")
        form.add_error(None, _("Đã gửi nhiều mã. Chờ %(wait)s rồi xin mã mới.") % {"wait": wait_words(sent.wait)})
        return render(request, "access/sign_in.html", {"form": form}, status=429)
    return render(request, "access/sign_in.html", {"form": form}, status=422)


@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Step two: the code. A right one signs in, or goes on to step three for a number without an account."""
    number = _kept_phone(request, _PHONE, otp.LIFETIME.total_seconds() * 3)
    if number is None:
        return redirect("access:sign_in")
    form = CodeForm(request.POST or None)
    page = {"form": form, "phone": number, "demo": settings.DEMO}
    if request.method != "POST":
        return render(request, "access/code.html", page)
    if not form.is_valid():
        return render(request, "access/code.html", page, status=422)
    verdict = otp.verify_code(number, form.cleaned_data["code"], ip_of(request))
    if verdict.state is otp.State.RIGHT:
        request.session.pop(_PHONE)
        if verdict.account is not None:
            return _enter(request, verdict.account)
        _keep_phone(request, _PROOF, number)
        return redirect("access:join")
    form.add_error("code", refusal(verdict))
    return render(request, "access/code.html", page, status=429 if verdict.wait else 422)


def refusal(verdict: otp.Verdict) -> str:
    """What to tell the person whose code was not taken."""
    if verdict.state is otp.State.LIMITED:
        return _("Đã thử nhiều lần. Chờ %(wait)s rồi thử lại.") % {"wait": wait_words(verdict.wait)}
    if verdict.state is otp.State.DEAD:
        return _("Mã này không còn dùng được. Xin mã mới rồi ghi mã trong tin nhắn sau cùng.")
    message = ngettext(
        "Mã chưa đúng, còn %(count)d lần thử. Ghi 6 chữ số trong tin nhắn sau cùng.",
        "Mã chưa đúng, còn %(count)d lần thử. Ghi 6 chữ số trong tin nhắn sau cùng.",
        verdict.tries_left,
    )
    return message % {"count": verdict.tries_left}


@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """Step three, for a number seen for the first time: name and commune."""
    number = _kept_phone(request, _PROOF, PROOF_S)
    if number is None:
        return redirect("access:sign_in")
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.area is not None:
        try:
            account = actions.create_citizen(phone=number, name=form.cleaned_data["name"], area=form.area)
        except actions.AccountClosedError as error:
            form.add_error(None, str(error))
        else:
            request.session.pop(_PROOF)
            return _enter(request, account)
    return render(request, "access/join.html", {"form": form}, status=422 if request.method == "POST" else 200)


def _enter(request: HttpRequest, account: Account) -> HttpResponse:
    target = _safe_next(request, request.session.pop(_NEXT, HOME))
    response = HttpResponseRedirect(target)
    open_device(request, response, account)
    return response


def open_device(request: HttpRequest, response: HttpResponse, account: Account) -> str:
    """Sign the account in on this browser: device, session, cookie. An earlier device of this browser is revoked.

    Returns the device's token.
    """
    earlier = tokens.device_of(request)
    if earlier is not None:
        tokens.revoke_device(device=earlier)
    device, token = tokens.issue_device(account=account, label=_device_label(request))
    sessions.start(request, device)
    tokens.set_cookie(response, token)
    return token


def _device_label(request: HttpRequest) -> str:
    """A word by which the owner knows the device again; the full user agent would say more than is needed."""
    agent = request.headers.get("User-Agent", "")
    for mark in ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux"):
        if mark in agent:
            return mark
    return ""


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out: the device's token opens nothing from now on."""
    sessions.end(request)
    response = redirect("access:sign_in")
    response.delete_cookie(tokens.COOKIE, samesite="Lax")
    return response


@require_GET
@never_cache
def development(request: HttpRequest) -> HttpResponse:
    """The demo's text messages. Does not exist outside the demo."""
    if not settings.DEMO:
        raise Http404
    context: dict[str, Any] = {"messages_sent": Sms.objects.order_by("-pk")[:50]}
    return render(request, "access/development.html", context)
