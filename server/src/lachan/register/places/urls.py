"""Addresses of places: the owner's pages, what a place prints, the report of a code, the place behind a code."""

from django.urls import path, re_path

from lachan.register.places import api, duty_views, print_views, report_views, views

app_name = "places"
_PLACE = "places/<uuid:key>/"
_FILE = r"^places/(?P<key>[0-9a-f-]{36})/"
urlpatterns = [
    path("api/v1/places/<str:code>", api.place, name="by_code"),
    path("api/v1/places/directory/key", api.directory_key, name="directory_key"),
    path("api/v1/places/directory/<str:commune>", api.directory_file, name="directory"),
    path("places/", views.mine, name="mine"),
    path("places/new", views.register, name="new"),
    path("places/report/", report_views.report, name="report"),
    path("places/answer/<str:token>/", duty_views.answer, name="answer"),
    path("places/invites/", duty_views.accept_all, name="accept_all"),
    path("places/invites/<int:number>/", duty_views.answer_invite, name="answer_invite"),
    path("places/offers/<int:number>/", duty_views.answer_offer, name="answer_offer"),
    re_path(
        r"^places/posters-(?P<size>a4|door)-(?P<language>vi|en)-(?P<number>[0-9]{1,3})\.pdf$",
        print_views.posters_file,
        name="posters",
    ),
    path(_PLACE, views.place, name="place"),
    path(_PLACE + "code/", views.replace_codes, name="replace_codes"),
    path(_PLACE + "edit/", views.edit, name="edit"),
    path(_PLACE + "invites/", duty_views.invite, name="invite"),
    path(_PLACE + "invites/<int:number>/withdraw/", duty_views.withdraw_invite, name="withdraw_invite"),
    path(_PLACE + "numbers/", views.numbers, name="numbers"),
    re_path(_FILE + r"numbers\.(?P<form>csv|xlsx)$", views.numbers_file, name="numbers_file"),
    path(_PLACE + "offer/", duty_views.offer, name="offer"),
    path(_PLACE + "parts/", views.parts, name="parts"),
    path(_PLACE + "parts/<int:number>/code/", views.replace_codes, name="replace_part_code"),
    path(_PLACE + "parts/<int:number>/remove/", views.remove_part, name="remove_part"),
    path(_PLACE + "pause/", views.pause, name="pause"),
    re_path(_FILE + r"poster-(?P<size>a4|door)-(?P<language>vi|en)\.pdf$", print_views.poster_file, name="poster"),
    re_path(_FILE + r"cards-(?P<language>vi|en)\.pdf$", print_views.cards_file, name="cards"),
    path(_PLACE + "screen/", print_views.screen, name="screen"),
    path(_PLACE + "screen/code.svg", print_views.screen_picture, name="screen_picture"),
    path(_PLACE + "staff/<int:number>/end/", duty_views.end_duty, name="end_duty"),
]
