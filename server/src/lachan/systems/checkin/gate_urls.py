"""Addresses of passes and gates."""

from django.urls import path

from lachan.systems.checkin import gate_api

urlpatterns = [
    path("api/v1/gate/keys", gate_api.gate_keys, name="checkin-gate-keys"),
    path("api/v1/gate/places/<uuid:key>/inside", gate_api.inside, name="checkin-gate-inside"),
    path("api/v1/me/pass", gate_api.my_pass, name="checkin-my-pass"),
    path("api/v1/me/receipt", gate_api.my_receipt, name="checkin-my-receipt"),
]
