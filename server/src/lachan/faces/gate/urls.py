"""Addresses of the gatekeeper's page."""

from django.urls import path

from lachan.faces.gate import views

app_name = "gate"
urlpatterns = [
    path("gate/", views.gate, name="gate"),
    path("gate/manifest.webmanifest", views.manifest, name="manifest"),
    path("gate/sw.js", views.worker, name="worker"),
]
