from django.urls import path

from lachan.systems.checkin import api, open_data

urlpatterns = [
    path("api/v1/me/visits", api.my_visits, name="checkin-my-visits"),
    path("api/v1/open/places", open_data.place_uses, name="checkin-open-places"),
    path("api/v1/open/places.csv", open_data.place_uses_csv, name="checkin-open-places-csv"),
]
