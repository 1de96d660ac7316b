"""Addresses of the health station's lists."""

from django.urls import path

from lachan.faces.desk import signals

urlpatterns = [
    path("desk/signals/", signals.listing, name="signals"),
    path("desk/signals/<uuid:key>/", signals.item, name="signal"),
    path("desk/signals/<uuid:key>/phone/", signals.show_phone, name="signal_phone"),
    path("desk/signals/<uuid:key>/take/", signals.take, name="signal_take"),
]
