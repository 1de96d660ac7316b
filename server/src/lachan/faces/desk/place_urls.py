"""Addresses of the desk's pages about places and their codes."""

from django.urls import path, re_path

from lachan.faces.desk import place_imports, place_statistics, places

_IMPORT = "desk/places/import/<uuid:key>/"
urlpatterns = [
    path("desk/places/", places.worklist, name="places"),
    path("desk/places/statistics/", place_statistics.page, name="place_statistics"),
    re_path(r"^desk/places/statistics\.(?P<form>csv|xlsx)$", place_statistics.download, name="place_statistics_file"),
    path("desk/places/import/", place_imports.listing, name="place_imports"),
    path("desk/places/import/template.xlsx", place_imports.template, name="place_import_template"),
    path(_IMPORT, place_imports.one, name="place_import"),
    path(_IMPORT + "rejects.xlsx", place_imports.rejects, name="place_import_rejects"),
    path("desk/places/work/<uuid:key>/", places.item, name="place_work"),
    path("desk/places/work/<uuid:key>/take/", places.take, name="place_work_take"),
]
