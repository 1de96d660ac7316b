"""Addresses of what follows a warning: help that people ask for."""

from django.urls import path

from lachan.faces.desk import help_requests

urlpatterns = [
    path("desk/calls/asked/<uuid:key>/", help_requests.page, name="help"),
]
