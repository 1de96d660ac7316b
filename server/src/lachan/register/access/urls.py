"""Addresses of signing in and out, of citizens and of officers."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path

from lachan.register.access import api, views

citizen = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/code/", views.code, name="code"),
    path("sign-in/join/", views.join, name="join"),
    path("sign-out/", views.sign_out, name="sign_out"),
]
# Only what an officer needs of allauth: no signing up, no mail, no password reset by mail.
officer = [
    path("sign-in/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/factor/", include("allauth.mfa.urls")),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("app/", include((citizen, "access"))),
    path("desk/", include(officer)),
    path("dev/", views.development, name="development"),
    path("api/v1/session/code", api.send_code),
    path("api/v1/session", api.open_session),
    path("api/v1/session/end", api.end_session),
    path("api/v1/sms/receipts", api.receipts),
]
