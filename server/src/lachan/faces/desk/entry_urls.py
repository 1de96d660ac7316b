"""Addresses of the border desk and of the Ministry's orders."""

from django.urls import path

from lachan.faces.desk import entry, entry_orders

urlpatterns = [
    path("desk/entry/", entry.desk, name="entry"),
    path("desk/entry/decide/", entry.decide, name="entry_decide"),
    path("desk/entry/declarations/<uuid:key>/", entry.declaration, name="entry_declaration"),
    path("desk/entry/waiting/", entry.waiting, name="entry_waiting"),
    path("desk/entry/orders/", entry_orders.orders, name="entry_orders"),
    path("desk/entry/orders/<uuid:key>/end/", entry_orders.end, name="entry_order_end"),
]
