from django.urls import path

from lachan.systems.checkin import api

urlpatterns = [path("api/v1/me/visits", api.my_visits, name="checkin-my-visits")]
