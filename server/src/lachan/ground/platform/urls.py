"""Addresses of the platform."""

from django.urls import path

from lachan.ground.platform import views

app_name = "platform"
urlpatterns = [
    path("kit/", views.KitView.as_view(), name="kit"),
    path("language/", views.language, name="language"),
    path("look/", views.look, name="look"),
]
