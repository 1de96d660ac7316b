"""Addresses of the border desk and of the Ministry's orders."""

from django.urls import path

from lachan.faces.desk import entry, entry_manifests, entry_offline, entry_orders, entry_tests, entry_waiting

urlpatterns = [
    path("desk/entry/", entry.desk, name="entry"),
    path("desk/entry/decide/", entry.decide, name="entry_decide"),
    path("desk/entry/declarations/<uuid:key>/", entry.declaration, name="entry_declaration"),
    path("desk/entry/manifests/", entry_manifests.listing, name="entry_manifests"),
    path("desk/entry/manifests/template.xlsx", entry_manifests.template, name="entry_manifest_template"),
    path("desk/entry/manifests/<uuid:key>/", entry_manifests.one, name="entry_manifest"),
    path("desk/entry/manifests/<uuid:key>/rejects.xlsx", entry_manifests.rejects, name="entry_manifest_rejects"),
    path("desk/entry/passengers/<uuid:key>/", entry_waiting.passenger, name="entry_passenger"),
    path("desk/entry/declarations/<uuid:key>/tests/", entry_tests.record, name="entry_test_record"),
    path("desk/entry/tests/<uuid:key>/result/", entry_tests.result, name="entry_test_result"),
    path("desk/entry/tests/<uuid:key>/paper/", entry_tests.paper, name="entry_test_paper"),
    path("desk/entry/decisions/<uuid:key>/<slug:language>/order.pdf", entry.order_file, name="entry_order_file"),
    path("desk/entry/sw.js", entry_offline.worker, name="entry_worker"),
    path("desk/entry/waiting/", entry_waiting.waiting, name="entry_waiting"),
    path("desk/entry/orders/", entry_orders.orders, name="entry_orders"),
    path("desk/entry/orders/<uuid:key>/end/", entry_orders.end, name="entry_order_end"),
]
