"""Addresses of the citizen's app, and of the link on a place's poster."""

from django.urls import path, re_path

from lachan.faces.app import bluezone_page, daily_urls, health, help_page, pass_page, views

app_name = "app"
urlpatterns = [
    path("app/", views.today, name="today"),
    path("app/bluezone/", bluezone_page.bluezone, name="bluezone"),
    path("api/v1/checkin-answers", health.answers, name="answers"),
    *daily_urls.urlpatterns,
    path("app/health/<uuid:event>/", health.pages, name="health"),
    path("app/health/<uuid:event>/<slug:page>/", health.pages, name="health"),
    path("app/help/", help_page.ask, name="help"),
    path("app/leave/", views.leave, name="leave"),
    path("app/manifest.webmanifest", views.manifest, name="manifest"),
    path("app/notices/", views.notices, name="notices"),
    path("app/notices/<uuid:key>/", views.notice, name="notice"),
    path("app/notices/<uuid:key>/done/", views.notice_done, name="notice_done"),
    path("app/notices/here/", views.here, name="here"),
    path("app/offline/", views.offline_page, name="offline"),
    path("app/pass/", pass_page.show_pass, name="pass"),
    path("app/scan/", views.scan, name="scan"),
    path("app/settings/", views.preferences, name="settings"),
    path("app/settings/address/", views.address, name="address"),
    path("app/sw.js", views.worker, name="worker"),
    path("app/visits/", views.visits, name="visits"),
    path("c/<str:code>", views.arrive, name="arrive"),
    # A QR in alphanumeric mode has upper-case letters only, and people add a slash by hand.
    re_path(r"^[cC]/(?P<code>[^/]+)/?$", views.arrive),
]
