"""Addresses of the desk's pages about Bluezone."""

from django.urls import path

from lachan.faces.desk import bluezone

urlpatterns = [
    path("desk/bluezone/", bluezone.overview, name="bluezone"),
    path("desk/bluezone/codes/many/", bluezone.many_codes, name="bluezone_many"),
    path("desk/bluezone/codes/new/", bluezone.new_code, name="bluezone_code"),
    path("desk/bluezone/codes/<uuid:key>/withdraw/", bluezone.withdraw, name="bluezone_withdraw"),
]
