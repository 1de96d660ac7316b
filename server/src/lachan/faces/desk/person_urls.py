"""Addresses of entering people and of records that may be double."""

from django.urls import path

from lachan.faces.desk import doubles, people_new, rights

urlpatterns = [
    path("desk/people/new/", people_new.new, name="person_new"),
    path("desk/people/doubles/", doubles.listing, name="doubles"),
    path("desk/people/merges/<uuid:key>/", doubles.merge, name="merge"),
    path("desk/people/<uuid:key>/beside/<uuid:other>/", doubles.pair, name="double"),
    path("desk/rights/", rights.listing, name="rights"),
    path("desk/rights/<uuid:key>/", rights.one, name="rights_one"),
]
