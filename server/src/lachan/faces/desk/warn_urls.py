"""Addresses of what follows a warning: help that people ask for, and who was at a place."""

from django.urls import path

from lachan.faces.desk import help_requests, visitors

urlpatterns = [
    path("desk/calls/asked/<uuid:key>/", help_requests.page, name="help"),
    path("desk/outbreaks/<int:number>/visitors/", visitors.page, name="visitors"),
]
