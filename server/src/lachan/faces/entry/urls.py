"""Addresses of the traveller's pages."""

from django.urls import path

from lachan.faces.entry import speaking, verifying, views
from lachan.faces.entry.paper_urls import urlpatterns as paper
from lachan.faces.entry.speaking import spoken

app_name = "entry"
urlpatterns = [
    path("entry/", spoken(views.start), name="start"),
    path("entry/language/", speaking.choose, name="language"),
    path("entry/party/", spoken(views.party), name="party"),
    path("entry/trip/", spoken(views.trip), name="trip"),
    path("entry/trip/<slug:page>/", spoken(views.trip), name="trip"),
    path("entry/stay/", spoken(views.stay), name="stay"),
    path("entry/people/<int:number>/document/", spoken(views.document), name="document"),
    path("entry/people/<int:number>/", spoken(views.person), name="person"),
    path("entry/people/<int:number>/<slug:page>/", spoken(views.person), name="person"),
    path("entry/send/", spoken(views.send), name="send"),
    path("entry/code/", spoken(views.code), name="code"),
    path("entry/find/", spoken(views.find), name="find"),
    path("entry/change/", spoken(views.change), name="change"),
    path("entry/close/", spoken(views.close), name="close"),
    path("q/<str:code>/", verifying.order, name="order"),
    *paper,
]
