"""Addresses of the officer's console."""

from django.urls import path

from lachan.faces.desk import (
    calls,
    cases,
    contacts,
    home,
    notices,
    officers,
    people,
    pictures,
    place_urls,
    releases,
    retention,
)
from lachan.faces.desk.bluezone_urls import urlpatterns as bluezone
from lachan.faces.desk.entry_urls import urlpatterns as entry
from lachan.faces.desk.person_urls import urlpatterns as persons
from lachan.faces.desk.warn_urls import urlpatterns as warn
from lachan.faces.desk.watch_urls import urlpatterns as watch

app_name = "desk"
_OUTBREAK = "desk/outbreaks/<int:number>/"
urlpatterns = [
    path("desk/", home.home, name="home"),
    path("desk/people/", people.search, name="people"),
    *persons,
    path("desk/people/<uuid:key>/", people.person, name="person"),
    path("desk/cases/", cases.listing, name="cases"),
    path("desk/cases/new/", cases.new, name="case_new"),
    path("desk/cases/<uuid:key>/", cases.case, name="case"),
    path("desk/cases/<uuid:key>/edit/", cases.edit, name="case_edit"),
    path("desk/cases/<uuid:key>/status/", cases.change_status, name="case_status"),
    path("desk/cases/<uuid:key>/tests/", cases.add_test, name="case_test"),
    path("desk/outbreaks/", cases.outbreaks, name="outbreaks"),
    path(_OUTBREAK, contacts.table, name="outbreak"),
    path(_OUTBREAK + "cases/", cases.outbreak_cases, name="outbreak_cases"),
    path(_OUTBREAK + "trace/", cases.trace, name="trace"),
    path(_OUTBREAK + "contacts/", contacts.table, name="contacts"),
    path(_OUTBREAK + "contacts/decide/", contacts.decide, name="decide"),
    path(_OUTBREAK + "contacts/undo/", contacts.undo, name="undo"),
    path(_OUTBREAK + "contacts/<uuid:key>/", contacts.contact, name="contact"),
    path(_OUTBREAK + "contacts/<uuid:key>/phone/", contacts.show_phone, name="contact_phone"),
    path(_OUTBREAK + "notices/", notices.page, name="notices"),
    path(_OUTBREAK + "notices/issue/", notices.issue, name="notices_issue"),
    path(_OUTBREAK + "notices/<uuid:key>/withdraw/", notices.withdraw, name="notice_withdraw"),
    path(_OUTBREAK + "releases/<uuid:key>/", releases.decide, name="release"),
    path(_OUTBREAK + "windows/publish/", notices.publish, name="windows_publish"),
    path(_OUTBREAK + "windows/<int:window>/withdraw/", notices.withdraw_window, name="window_withdraw"),
    path(_OUTBREAK + "chain/", pictures.chain, name="chain"),
    path(_OUTBREAK + "map/", pictures.area_map, name="area_map"),
    path("desk/calls/", calls.listing, name="calls"),
    *warn,
    path("desk/calls/<uuid:key>/", calls.call, name="call"),
    path("desk/calls/<uuid:key>/phone/", calls.show_phone, name="call_phone"),
    *entry,
    *place_urls.urlpatterns,
    *bluezone,
    *watch,
    path("desk/retention/", retention.page, name="retention"),
    path("desk/officers/", officers.listing, name="officers"),
    path("desk/officers/new/", officers.new, name="officer_new"),
    path("desk/officers/<int:number>/grant/", officers.grant, name="officer_grant"),
    path("desk/officers/assignments/<int:number>/revoke/", officers.revoke, name="officer_revoke"),
]
