"""Addresses of the notices."""

from django.urls import path

from lachan.response.alerts import api

app_name = "alerts"
urlpatterns = [
    path("api/v1/me/notices", api.my_notices, name="my_notices"),
    path("api/v1/me/notices/<uuid:key>/read", api.read_notice, name="read_notice"),
    path("api/v1/notices/feed", api.newest_feed, name="feed"),
    path("api/v1/notices/feed/<int:number>", api.feed_edition, name="feed_edition"),
    path("api/v1/notices/feed/<int:number>/from/<int:base>", api.feed_delta, name="feed_delta"),
    path("api/v1/notices/key", api.feed_key, name="feed_key"),
    path("api/v1/notices/newest", api.newest_number, name="newest_edition"),
]
