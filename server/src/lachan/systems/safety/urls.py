"""Addresses of facilities: what their staff fill in, what anybody may read."""

from django.urls import path

from lachan.systems.safety import api, criteria_views, desk_views, public_views, views

app_name = "safety"
_PLACE = "safety/<uuid:key>/"
_FACILITY = "desk/safety/facilities/<uuid:key>/"
urlpatterns = [
    path("api/v1/safety/changes", api.changes, name="api_changes"),
    path("api/v1/safety/forms", api.forms, name="api_forms"),
    path("api/v1/safety/photos/<uuid:key>", api.photos, name="api_photos"),
    path("api/v1/safety/places/<uuid:key>", api.status, name="api_status"),
    path("api/v1/safety/roots", api.roots, name="api_roots"),
    path("desk/safety/", desk_views.listing, name="desk"),
    path("desk/safety/criteria/", criteria_views.listing, name="criteria"),
    path("desk/safety/criteria/<int:number>/", criteria_views.version, name="version"),
    path("desk/safety/criteria/<int:number>/draft/", criteria_views.draft, name="draft"),
    path(_FACILITY, desk_views.facility, name="desk_facility"),
    path(_FACILITY + "inspect/", desk_views.inspect, name="desk_inspect"),
    path(_FACILITY + "photos/<uuid:photo>.jpg", desk_views.photo, name="desk_photo"),
    path("safety/", views.mine, name="mine"),
    path("safety/roots/", public_views.roots, name="roots"),
    path("safety/places/", public_views.listing, name="places"),
    path("safety/sw.js", views.worker, name="worker"),
    path("safety/places/<uuid:key>/", public_views.place, name="place"),
    path(_PLACE + "assess/", views.assess, name="assess"),
    path(_PLACE + "history/", views.history, name="history"),
    path(_PLACE + "join/", views.join, name="join"),
    path(_PLACE + "photos/<uuid:photo>.jpg", views.photo, name="photo"),
    path(_PLACE + "reply/<uuid:entry>/", views.reply, name="reply"),
    path(_PLACE + "today/", views.today, name="today"),
]
