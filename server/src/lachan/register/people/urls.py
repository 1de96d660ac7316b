"""Addresses of the family and of one's own data."""

from django.urls import path

from lachan.register.people import consent_views, rights_views, views

app_name = "people"
urlpatterns = [
    path("app/consents/", consent_views.consents, name="consents"),
    path("app/family/", views.family, name="family"),
    path("app/family/add/", views.add_relative, name="add_relative"),
    path("app/family/home/", views.home, name="home"),
    path("app/family/<uuid:key>/end/", views.end_guardianship, name="end_guardianship"),
    path("app/my-data/", views.my_data, name="my_data"),
    path("app/my-data/download/", views.download, name="download"),
    path("app/my-data/copy/", rights_views.copy, name="copy"),
    path("app/my-data/requests/", rights_views.requests, name="requests"),
    path("app/my-data/requests/<uuid:key>/", rights_views.one_request, name="request"),
    path("app/erased/<uuid:key>/", rights_views.erased, name="receipt"),
    path("app/my-data/devices/<int:number>/end/", views.end_device, name="end_device"),
    path("app/my-data/erase/", views.erase, name="erase"),
]
