"""Addresses of the room: what devices send and fetch."""

from django.urls import path

from lachan.systems.proximity import api, key_api

app_name = "proximity"
_ROOT = "api/v1/proximity/"
urlpatterns = [
    path(_ROOT + "certificate", api.certificate, name="certificate"),
    path(_ROOT + "heard", api.heard, name="heard"),
    path(_ROOT + "key", key_api.public_key, name="key"),
    path(_ROOT + "keys/index.txt", key_api.key_index, name="index"),
    path(_ROOT + "keys/<str:name>", key_api.key_file, name="file"),
    path(_ROOT + "log", key_api.public_log, name="log"),
    path(_ROOT + "publish", api.publish, name="publish"),
    path(_ROOT + "revoke", api.revoke, name="revoke"),
    path(_ROOT + "settings", key_api.risk_settings, name="settings"),
    path(_ROOT + "statements", api.state, name="state"),
    path(_ROOT + "statements/<uuid:key>/withdraw", api.withdraw, name="withdraw"),
    path(_ROOT + "verify", api.verify, name="verify"),
]
