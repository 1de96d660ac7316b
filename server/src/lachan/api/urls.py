"""Addresses of the API as a whole. Must be the last to be included: it answers what no room did."""

from django.urls import path

from lachan.api import views

app_name = "api"
urlpatterns = [
    path("api/", views.page, name="page"),
    path("api/openapi.json", views.document, name="document"),
    path("api/<path:rest>", views.no_such_address, name="unknown"),
]
