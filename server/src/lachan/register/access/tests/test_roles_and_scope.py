"""Who may what, where."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from lachan.ground.audit.models import AuditEvent
from lachan.register.access import actions
from lachan.register.access.roles import ROLES, Permission
from lachan.register.access.scope import can, visible
from lachan.register.areas.models import Area
from lachan.testing.cast import PASSWORD, Areas

pytestmark = pytest.mark.django_db


def seen(account: Any, permission: Permission) -> set[str]:
    return set(Area.objects.filter(pk__in=visible(account, permission)).values_list("name", flat=True))


def test_permissions_are_sorted_and_named_thing_verb() -> None:
    values = [permission.value for permission in Permission]
    assert values == sorted(values)
    assert all(value.count(":") == 1 for value in values)
    held = frozenset().union(*(role.permissions for role in ROLES.values()))
    assert held == frozenset(Permission), "a permission nobody holds is dead code"


def test_a_province_sees_its_communes_and_no_other(province_officer: Any, area_tree: Areas) -> None:
    assert seen(province_officer, Permission.CASE_READ) == {"Thành phố Đà Nẵng", "Phường Hải Châu", "Phường Hòa Xuân"}
    assert can(province_officer, Permission.CASE_WRITE, area_tree.hoaxuan.pk)
    assert not can(province_officer, Permission.CASE_WRITE, area_tree.badinh.pk)
    assert not can(province_officer, Permission.CASE_WRITE, area_tree.country.pk)


def test_a_commune_sees_itself(commune_officer: Any, area_tree: Areas) -> None:
    assert seen(commune_officer, Permission.PERSON_READ) == {"Phường Hải Châu"}
    assert not can(commune_officer, Permission.PERSON_READ, area_tree.danang.pk)
    assert not can(commune_officer, Permission.CONTACT_DECIDE)


def test_the_ministry_sees_all_but_issues_no_notice(minister: Any, area_tree: Areas) -> None:
    assert can(minister, Permission.CASE_READ, area_tree.tayho.pk)
    assert not can(minister, Permission.NOTICE_ISSUE)


def test_inspector_and_border_never_see_persons(inspector: Any, border_officer: Any) -> None:
    for account in (inspector, border_officer):
        for permission in (Permission.PERSON_READ, Permission.PERSON_SEARCH, Permission.CASE_READ):
            assert not can(account, permission)
            assert seen(account, permission) == set()


def test_citizens_and_strangers_hold_nothing(hanh: Any) -> None:
    for permission in Permission:
        assert not can(hanh, permission)
        assert not can(AnonymousUser(), permission)
        assert seen(hanh, permission) == set()


def test_a_revoked_role_and_a_closed_account_end_at_once(province_officer: Any, area_tree: Areas) -> None:
    assignment = province_officer.assignments.get()
    actions.revoke_role(assignment=assignment)
    assert not can(province_officer, Permission.CASE_READ)
    actions.grant_role(account=province_officer, role="province", area=area_tree.danang)
    assert can(province_officer, Permission.CASE_READ)
    actions.deactivate(account=province_officer)
    province_officer.refresh_from_db()
    assert not can(province_officer, Permission.CASE_READ)


def test_two_offices_add_up(commune_officer: Any, area_tree: Areas) -> None:
    actions.grant_role(account=commune_officer, role="commune", area=area_tree.hoaxuan)
    assert seen(commune_officer, Permission.PERSON_READ) == {"Phường Hải Châu", "Phường Hòa Xuân"}


def test_a_role_is_held_only_over_its_level(province_officer: Any, hanh: Any, area_tree: Areas) -> None:
    with pytest.raises(ValueError, match="không giao ở"):
        actions.grant_role(account=province_officer, role="ministry", area=area_tree.danang)
    with pytest.raises(ValueError, match="unknown role"):
        actions.grant_role(account=province_officer, role="king", area=area_tree.danang)
    with pytest.raises(ValueError, match="Tài khoản của người dân"):
        actions.grant_role(account=hanh, role="commune", area=area_tree.haichau)


def test_nobody_grants_beyond_the_own_area_and_role(
    province_officer: Any, minister: Any, commune_officer: Any, area_tree: Areas
) -> None:
    def create(by: Any, role: str, area: Area) -> Any:
        return actions.create_officer(
            username=f"{role}-{area.pk}-{by.pk}", name="Mới", password=PASSWORD, role=role, area=area, by=by
        )

    create(minister, "province", area_tree.hanoi)
    create(province_officer, "commune", area_tree.hoaxuan)
    create(province_officer, "inspector", area_tree.danang)
    create(province_officer, "province", area_tree.danang)
    for by, role, area in (
        (province_officer, "commune", area_tree.badinh),
        (province_officer, "province", area_tree.hanoi),
        (province_officer, "ministry", area_tree.country),
        (commune_officer, "commune", area_tree.haichau),
    ):
        with pytest.raises(actions.NotAllowedError):
            create(by, role, area)


def test_a_weak_password_is_refused_and_nothing_stays(area_tree: Areas) -> None:
    with pytest.raises(ValidationError):
        actions.create_officer(username="weak", name="Yếu", password="12345678", role="commune", area=area_tree.haichau)
    assert not AuditEvent.objects.filter(action="access.officer.create").exists()
