"""Addresses of the forms room."""

from django.urls import path

from lachan.register.forms import views

app_name = "forms"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:code>/preview/", views.preview, name="preview_current"),
    path("<slug:code>/<int:number>/preview/", views.preview_page, name="preview"),
    path("<slug:code>/<int:number>/preview/<slug:page>/", views.preview_page, name="preview"),
]
