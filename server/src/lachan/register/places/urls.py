from django.urls import path

from lachan.register.places import api

urlpatterns = [path("api/v1/places/<str:code>", api.place, name="places-by-code")]
