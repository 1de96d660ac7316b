"""Officers: no page of the desk without password and second factor."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from lachan.ground.audit.models import AuditEvent
from lachan.ground.platform.api import ApiError
from lachan.register.access import actions, scope
from lachan.register.access.roles import Permission
from lachan.serve import urls as product
from lachan.testing.cast import PASSWORD, sign_in

pytestmark = pytest.mark.django_db


@scope.require(Permission.CASE_READ)
def cases(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"cases for {request.user.pk}")


def careless(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page whose view forgot to ask")


urlpatterns = [path("desk/cases/", cases), path("desk/careless/", careless), *product.urlpatterns]
with_pages = override_settings(ROOT_URLCONF=__name__)


def totp(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def password_step(client: Client, username: str, password: str = PASSWORD) -> Any:
    return client.post("/desk/sign-in/", {"login": username, "password": password})


@pytest.fixture
def secret(province_officer: Any) -> str:
    return actions.enroll_totp(province_officer)


@with_pages
def test_password_and_code_open_the_desk(client: Client, province_officer: Any, secret: str) -> None:
    assert client.get("/desk/cases/").headers["Location"].startswith("/desk/sign-in/?next=")
    assert password_step(client, "province").headers["Location"].endswith("/desk/account/factor/authenticate/")
    assert client.get("/desk/cases/").status_code == 302, "the password alone opens nothing"
    client.post("/desk/account/factor/authenticate/", {"code": totp(secret)})
    page = client.get("/desk/cases/")
    assert page.content.decode() == f"cases for {province_officer.pk}"
    assert AuditEvent.objects.filter(action="access.officer.sign_in", actor_id=province_officer.pk).count() == 1


@with_pages
def test_an_officers_session_ends_with_the_browser(client: Client, secret: str) -> None:
    client.post("/desk/sign-in/", {"login": "province", "password": PASSWORD, "remember": "on"})
    client.post("/desk/account/factor/authenticate/", {"code": totp(secret)})
    assert client.get("/desk/cases/").status_code == 200
    assert client.session.get_expire_at_browser_close()
    assert client.session.get_expiry_age() <= 12 * 3600


@with_pages
def test_a_code_opens_only_once(client: Client, secret: str) -> None:
    code = totp(secret)
    password_step(client, "province")
    client.post("/desk/account/factor/authenticate/", {"code": code})
    assert client.get("/desk/cases/").status_code == 200
    thief = Client()
    password_step(thief, "province")
    assert thief.post("/desk/account/factor/authenticate/", {"code": code}).status_code == 200
    assert thief.get("/desk/cases/").status_code == 302


@with_pages
def test_a_wrong_code_opens_nothing(client: Client, secret: str) -> None:
    password_step(client, "province")
    wrong = f"{(int(totp(secret)) + 1) % 10**6:06}"
    client.post("/desk/account/factor/authenticate/", {"code": wrong})
    assert client.get("/desk/cases/").status_code == 302


@with_pages
@pytest.mark.django_db(transaction=True)  # allauth tells of a new factor after the commit
def test_without_a_second_factor_every_desk_page_leads_to_setting_one_up(client: Client, province_officer: Any) -> None:
    Authenticator.objects.all().delete()
    password_step(client, "province")
    assert client.session["_auth_user_id"] == str(province_officer.pk)
    for address in ("/desk/cases/", "/desk/careless/"):
        assert client.get(address).headers["Location"].startswith("/desk/account/factor/totp/activate/"), address
    again = client.get("/desk/account/factor/totp/activate/").headers["Location"]
    assert again.startswith("/desk/account/reauthenticate/"), "who found a desk left open can't add a factor"
    client.post(again, {"password": PASSWORD})
    page = client.get("/desk/account/factor/totp/activate/").content.decode()
    found = re.search(r'class="secret">([A-Z2-7]+)<', page)
    assert found
    client.post("/desk/account/factor/totp/activate/", {"code": totp(found[1])})
    assert client.get("/desk/cases/").status_code == 200
    assert AuditEvent.objects.filter(action="access.factor.add").count() >= 1


@with_pages
def test_a_password_session_older_than_the_factor_must_prove_it(client: Client, province_officer: Any) -> None:
    Authenticator.objects.all().delete()
    password_step(client, "province")
    secret = actions.enroll_totp(province_officer)
    proof = client.get("/desk/cases/").headers["Location"]
    assert proof.startswith("/desk/account/factor/reauthenticate/")
    client.post("/desk/account/reauthenticate/", {"password": PASSWORD})
    assert client.get("/desk/cases/").status_code == 302, "the password again is no second factor"
    answer = client.post(proof, {"code": totp(secret)})
    assert answer.headers["Location"] == "/desk/cases/"
    assert client.get("/desk/cases/").status_code == 200


def test_the_totp_key_is_sealed_at_rest(province_officer: Any, secret: str) -> None:
    stored = Authenticator.objects.get(user=province_officer).data["secret"]
    assert secret not in stored
    assert len(stored) > 2 * len(secret)


@with_pages
def test_guessing_passwords_is_locked_out(client: Client, province_officer: Any) -> None:
    """After the fifth wrong password of a name, not even the right one opens it for a quarter of an hour."""
    for number in range(6):
        password_step(client, "province", f"wrong {number}")
    answer = password_step(client, "province")
    assert answer.status_code in {200, 429}
    assert "_auth_user_id" not in client.session
    assert "account_login" not in client.session
    for number in range(60):
        if password_step(Client(), "province", f"guess {number}").status_code == 302:
            pytest.fail("a guess went through")


@with_pages
def test_the_session_key_changes_with_the_sign_in(client: Client, secret: str) -> None:
    password_step(client, "province")
    before = client.cookies["lachan_session"].value
    client.post("/desk/account/factor/authenticate/", {"code": totp(secret)})
    assert client.cookies["lachan_session"].value != before


@with_pages
@pytest.mark.parametrize("who", ["inspector", "border_officer", "hanh"])
def test_who_lacks_the_permission_is_refused(client: Client, who: str, request: pytest.FixtureRequest) -> None:
    sign_in(client, request.getfixturevalue(who))
    assert client.get("/desk/cases/").status_code == 403


@with_pages
def test_a_closed_account_is_out_at_once(client: Client, province_officer: Any) -> None:
    sign_in(client, province_officer)
    assert client.get("/desk/cases/").status_code == 200
    actions.deactivate(account=province_officer)
    assert client.get("/desk/cases/").status_code == 302


def test_json_for_officers(rf: RequestFactory, province_officer: Any, hanh: Any, client: Client) -> None:
    def asked(account: Any, permission: Permission) -> Callable[[], Any]:
        sign_in(client, account)
        request = rf.get("/api/v1/x")
        request.user, request.session = account, client.session
        return lambda: scope.officer_of(request, permission)

    assert asked(province_officer, Permission.CASE_READ)() == province_officer
    with pytest.raises(ApiError) as forbidden:
        asked(province_officer, Permission.PROFILE_PUBLISH)()
    assert forbidden.value.status == 403
    with pytest.raises(ApiError) as stranger:
        asked(hanh, Permission.CASE_READ)()
    assert stranger.value.status == 401


def test_passwords_are_hashed_with_argon2() -> None:
    """The tests' own quick hasher must not hide a weak one in the product."""
    from lachan.ground.platform import settings

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_no_signing_up_and_no_mail(client: Client) -> None:
    for address in ("signup/", "account/signup/", "account/password/reset/", "account/email/"):
        assert client.get(f"/desk/{address}").status_code == 404


def test_require_refuses_a_citizen_inside(rf: RequestFactory, hanh: Any) -> None:
    request = rf.get("/desk/cases/")
    request.user = hanh
    with pytest.raises(PermissionDenied):
        cases(request)


def test_the_browser_keeps_no_page_of_the_desk(commune_officer: Any, client: Client) -> None:
    assert client.get("/desk/")["Cache-Control"] == "no-store"
    sign_in(client, commune_officer)
    page = client.get("/desk/")
    assert (page.status_code, page["Cache-Control"]) == (200, "no-store")
    assert "Cache-Control" not in client.get("/healthz") or client.get("/healthz")["Cache-Control"] != "no-store"


def test_a_view_of_the_desk_may_say_otherwise(rf: Any) -> None:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpResponse

    from lachan.register.access.middleware import SecondFactorMiddleware

    request = rf.get("/desk/")
    request.user = AnonymousUser()
    said = SecondFactorMiddleware(lambda _request: HttpResponse(headers={"Cache-Control": "private, no-store"}))
    assert said(request)["Cache-Control"] == "private, no-store"
