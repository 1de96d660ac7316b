"""What each role of an officer may do. Roles are code, reviewed and tested; only who holds which one where is data.

Place owners and gatekeepers hold their role on one place (places.PlaceStaff), not over an area.
"""

from enum import StrEnum
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lachan.register.areas.models import Level


class Permission(StrEnum):
    """Named thing:verb, sorted. A permission is asked with an area, except for what has none (rules, forms)."""

    AUDIT_READ = "audit:read"
    CALL_LIST = "call:list"
    CASE_READ = "case:read"
    CASE_WRITE = "case:write"
    CONTACT_DECIDE = "contact:decide"
    CONTACT_READ = "contact:read"
    ENTRY_DECIDE = "entry:decide"
    ENTRY_ORDER = "entry:order"
    FORM_PUBLISH = "form:publish"
    NOTICE_ISSUE = "notice:issue"
    OFFICER_GRANT = "officer:grant"
    OUTBREAK_OPEN = "outbreak:open"
    PERSON_READ = "person:read"
    PERSON_SEARCH = "person:search"
    PERSON_WRITE = "person:write"
    PLACE_INSPECT = "place:inspect"
    PLACE_READ = "place:read"
    PLACE_WRITE = "place:write"
    PROFILE_PUBLISH = "profile:publish"
    SITUATION_READ = "situation:read"
    TRACE_RUN = "trace:run"


class Role:
    """A role: its code in RoleAssignment, its name on screen, the levels of area it is held over, what it may do."""

    code: ClassVar[str]
    name: ClassVar[str | Promise]
    levels: ClassVar[frozenset[Level]]
    permissions: ClassVar[frozenset[Permission]]


class Ministry(Role):
    """Sees the whole country, keeps the rules, names provincial officers. Acting on persons is the provinces' work."""

    code = "ministry"
    name = _("Bộ Y tế")
    levels = frozenset({Level.COUNTRY})
    permissions = frozenset(
        {
            Permission.AUDIT_READ,
            Permission.CASE_READ,
            Permission.CONTACT_READ,
            Permission.ENTRY_ORDER,
            Permission.FORM_PUBLISH,
            Permission.OFFICER_GRANT,
            Permission.OUTBREAK_OPEN,
            Permission.PERSON_READ,
            Permission.PLACE_READ,
            Permission.PROFILE_PUBLISH,
            Permission.SITUATION_READ,
        }
    )


class Province(Role):
    """The provincial centre for disease control (CDC): runs an outbreak from the first case to the last notice."""

    code = "province"
    name = _("CDC cấp tỉnh")
    levels = frozenset({Level.PROVINCE})
    permissions = frozenset(
        {
            Permission.AUDIT_READ,
            Permission.CALL_LIST,
            Permission.CASE_READ,
            Permission.CASE_WRITE,
            Permission.CONTACT_DECIDE,
            Permission.CONTACT_READ,
            Permission.NOTICE_ISSUE,
            Permission.OFFICER_GRANT,
            Permission.OUTBREAK_OPEN,
            Permission.PERSON_READ,
            Permission.PERSON_SEARCH,
            Permission.PERSON_WRITE,
            Permission.PLACE_INSPECT,
            Permission.PLACE_READ,
            Permission.PLACE_WRITE,
            Permission.SITUATION_READ,
            Permission.TRACE_RUN,
        }
    )


class Commune(Role):
    """The commune's health station: calls, visits and supports the people of its commune."""

    code = "commune"
    name = _("Trạm y tế cấp xã")
    levels = frozenset({Level.COMMUNE})
    permissions = frozenset(
        {
            Permission.CALL_LIST,
            Permission.CASE_READ,
            Permission.CONTACT_READ,
            Permission.PERSON_READ,
            Permission.PERSON_SEARCH,
            Permission.PERSON_WRITE,
            Permission.PLACE_READ,
            Permission.PLACE_WRITE,
            Permission.SITUATION_READ,
        }
    )


class Border(Role):
    """The quarantine officer at a border gate. Sees who arrives there, nobody of the register at large."""

    code = "border"
    name = _("Kiểm dịch y tế biên giới")
    levels = frozenset({Level.PROVINCE, Level.COMMUNE})
    permissions = frozenset({Permission.ENTRY_DECIDE, Permission.SITUATION_READ})


class Inspector(Role):
    """Checks places on the spot; sees places, never persons."""

    code = "inspector"
    name = _("Đoàn kiểm tra")
    levels = frozenset({Level.PROVINCE, Level.COMMUNE})
    permissions = frozenset({Permission.PLACE_INSPECT, Permission.PLACE_READ, Permission.SITUATION_READ})


ROLES: dict[str, type[Role]] = {role.code: role for role in (Ministry, Province, Commune, Border, Inspector)}


def codes_with(permission: Permission) -> list[str]:
    """The codes of the roles that hold the permission."""
    return [role.code for role in ROLES.values() if permission in role.permissions]
