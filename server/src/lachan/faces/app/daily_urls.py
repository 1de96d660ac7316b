"""Addresses of the health pages."""

from django.urls import path

from lachan.faces.app import daily, watched

urlpatterns = [
    path("app/health/", daily.home, name="daily"),
    path("app/health/call/", daily.ask, name="daily_ask"),
    path("app/health/plan/<uuid:key>/", watched.slot, name="daily_slot"),
    path("app/health/plan/<uuid:key>/certificate.pdf", watched.paper, name="daily_paper"),
    path("app/health/tell/", daily.tell, name="daily_tell"),
    path("app/health/declare/<uuid:key>/", daily.start, name="daily_start"),
    path("app/health/declare/<uuid:key>/form/", daily.form, name="daily_form"),
    path("app/health/declare/<uuid:key>/form/<slug:page>/", daily.form, name="daily_form"),
    path("app/health/diary/<uuid:key>/", daily.diary, name="daily_diary"),
]
