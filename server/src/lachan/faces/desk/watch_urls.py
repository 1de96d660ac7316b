"""Addresses of the health station's lists."""

from django.urls import path

from lachan.faces.desk import care, signals, today

urlpatterns = [
    path("desk/today/", today.listing, name="today"),
    path("desk/care/", care.watched, name="care"),
    path("desk/care/watch/", care.watch, name="care_watch"),
    path("desk/care/<uuid:key>/", care.plan, name="care_plan"),
    path("desk/care/<uuid:key>/phone/", care.phone, name="care_phone"),
    path("desk/care/<uuid:key>/certificate.pdf", care.paper, name="care_paper"),
    path("desk/signals/", signals.listing, name="signals"),
    path("desk/signals/<uuid:key>/", signals.item, name="signal"),
    path("desk/signals/<uuid:key>/phone/", signals.show_phone, name="signal_phone"),
    path("desk/signals/<uuid:key>/answers.fhir.json", signals.answers, name="signal_answers"),
    path("desk/signals/<uuid:key>/take/", signals.take, name="signal_take"),
]
