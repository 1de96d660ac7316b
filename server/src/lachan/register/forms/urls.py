"""Addresses of the forms room."""

from django.urls import path

from lachan.register.forms import api, views

app_name = "forms"
urlpatterns = [
    path("api/v1/forms/<str:code>", api.form_in_force, name="in_force"),
    path("forms/", views.index, name="index"),
    path("forms/<slug:code>/preview/", views.preview, name="preview_current"),
    path("forms/<slug:code>/<int:number>/preview/", views.preview_page, name="preview"),
    path("forms/<slug:code>/<int:number>/preview/<slug:page>/", views.preview_page, name="preview"),
]
