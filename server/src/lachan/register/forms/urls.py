"""Addresses of the forms room."""

from django.urls import path

from lachan.register.forms import api, manage, views

app_name = "forms"
urlpatterns = [
    path("api/v1/forms/<str:code>", api.form_in_force, name="in_force"),
    path("forms/", views.index, name="index"),
    path("forms/upload/", manage.upload, name="upload"),
    path("forms/<slug:code>/compare/<int:before>/<int:after>/", manage.compared, name="compare"),
    path("forms/<slug:code>/<int:number>/publish/", manage.publish, name="publish"),
    path("forms/<slug:code>/<int:number>/retire/", manage.retire, name="retire"),
    path("forms/<slug:code>/<int:number>/reviewed/", manage.reviewed, name="reviewed"),
    path("forms/<slug:code>/<int:number>/file/<slug:kind>/", manage.file, name="file"),
    path("forms/<slug:code>/preview/", views.preview, name="preview_current"),
    path("forms/<slug:code>/<int:number>/preview/", views.preview_page, name="preview"),
    path("forms/<slug:code>/<int:number>/preview/<slug:page>/", views.preview_page, name="preview"),
]
