"""Addresses of entering people and of records that may be double."""

from django.urls import path

from lachan.faces.desk import people_new

urlpatterns = [
    path("desk/people/new/", people_new.new, name="person_new"),
]
