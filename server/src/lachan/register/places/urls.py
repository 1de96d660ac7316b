"""Addresses of places: the owner's pages, and the place behind a code."""

from django.urls import path, re_path

from lachan.register.places import api, views

app_name = "places"
urlpatterns = [
    path("api/v1/places/<str:code>", api.place, name="by_code"),
    path("places/", views.mine, name="mine"),
    path("places/new", views.register, name="new"),
    path("places/<uuid:key>/", views.place, name="place"),
    path("places/<uuid:key>/code/", views.replace_codes, name="replace_codes"),
    path("places/<uuid:key>/invites/", views.invite, name="invite"),
    path("places/<uuid:key>/invites/<int:number>/withdraw/", views.withdraw_invite, name="withdraw_invite"),
    re_path(r"^places/(?P<key>[0-9a-f-]{36})/poster-(?P<language>vi|en)\.pdf$", views.poster_file, name="poster"),
    path("places/<uuid:key>/staff/<int:number>/end/", views.end_duty, name="end_duty"),
]
