"""Address of the public map."""

from django.urls import path

from lachan.faces.map import views

app_name = "map"
urlpatterns = [path("map/", views.public_map, name="map")]
