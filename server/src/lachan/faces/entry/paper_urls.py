"""Addresses of the pages where an officer types in a form that came on paper."""

from django.urls import path

from lachan.faces.entry import paper

urlpatterns = [
    path("desk/entry/paper/", paper.start, name="paper_start"),
    path("desk/entry/paper/form/", paper.paper, name="paper"),
    path("desk/entry/paper/stay/", paper.stay, name="paper_stay"),
    path("desk/entry/paper/trip/", paper.trip, name="paper_trip"),
    path("desk/entry/paper/trip/<slug:page>/", paper.trip, name="paper_trip"),
    path("desk/entry/paper/people/<int:number>/", paper.person, name="paper_person"),
    path("desk/entry/paper/people/<int:number>/<slug:page>/", paper.person, name="paper_person"),
]
