"""Addresses of the traveller's pages."""

from django.urls import path

from lachan.faces.entry import views

app_name = "entry"
urlpatterns = [
    path("entry/", views.start, name="start"),
    path("entry/party/", views.party, name="party"),
    path("entry/trip/", views.trip, name="trip"),
    path("entry/trip/<slug:page>/", views.trip, name="trip"),
    path("entry/stay/", views.stay, name="stay"),
    path("entry/people/<int:number>/document/", views.document, name="document"),
    path("entry/people/<int:number>/", views.person, name="person"),
    path("entry/people/<int:number>/<slug:page>/", views.person, name="person"),
    path("entry/send/", views.send, name="send"),
    path("entry/code/", views.code, name="code"),
    path("entry/find/", views.find, name="find"),
    path("entry/change/", views.change, name="change"),
    path("entry/close/", views.close, name="close"),
]
