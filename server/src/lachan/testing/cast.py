"""The cast of named people every room's tests share.

Areas: Đà Nẵng with Hải Châu and Hòa Xuân, Hà Nội with Ba Đình and Tây Hồ. Officers: `minister`, `province_officer`
and `commune_officer` (Đà Nẵng, Hải Châu), `other_province_officer` (Hà Nội), `other_commune_officer` (Hòa Xuân),
`border_officer`, `inspector`. Citizens of Hải Châu: `hanh`, her child `khoi`; of Hòa Xuân: `tin`. A place: `market` of
`owner`, with `gatekeeper`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client

PASSWORD = "lá trầu chắn gió 7"


@dataclass(frozen=True)
class Areas:
    """The small country of the tests (areas.models.Area rows)."""

    country: Any
    danang: Any
    haichau: Any
    hoaxuan: Any
    hanoi: Any
    badinh: Any
    tayho: Any


@pytest.fixture
def area_tree(db: None) -> Areas:
    """Two provinces with two communes each, in force since 1 July 2025."""
    from lachan.ground.platform.text import fold
    from lachan.register.areas.models import Area, AreaCover, AreaName, Level
    from lachan.register.areas.spelling import bare_key, search_key

    since = date(2025, 7, 1)

    def unit(code: str, level: Level, name: str, parent: Area | None) -> Area:
        area, _created = Area.objects.get_or_create(
            code=code,
            level=level,
            valid_from=since,
            defaults={"name": name, "folded": fold(name), "parent": parent, "first_listed": since},
        )
        path = ", ".join(search_key(a.name) for a in (area, parent) if a is not None and a.level != Level.COUNTRY)
        AreaName.objects.get_or_create(
            area=area,
            name=name,
            defaults={"folded": fold(name), "bare": bare_key(name), "folded_path": path, "listed": since},
        )
        above: Area | None = area
        holders = []
        while above is not None:
            holders.append(AreaCover(holder=above, area=area))
            above = above.parent
        AreaCover.objects.bulk_create(holders, ignore_conflicts=True)
        return area

    country = unit("VN", Level.COUNTRY, "Việt Nam", None)
    danang = unit("48", Level.PROVINCE, "Thành phố Đà Nẵng", country)
    hanoi = unit("01", Level.PROVINCE, "Thành phố Hà Nội", country)
    return Areas(
        country=country,
        danang=danang,
        haichau=unit("20242", Level.COMMUNE, "Phường Hải Châu", danang),
        hoaxuan=unit("20314", Level.COMMUNE, "Phường Hòa Xuân", danang),
        hanoi=hanoi,
        badinh=unit("00004", Level.COMMUNE, "Phường Ba Đình", hanoi),
        tayho=unit("00103", Level.COMMUNE, "Phường Tây Hồ", hanoi),
    )


def _officer(username: str, name: str, role: str, area: Any) -> Any:
    from lachan.ground import audit
    from lachan.register.access import actions

    with audit.acting(audit.system("tests")):
        account = actions.create_officer(username=username, name=name, password=PASSWORD, role=role, area=area)
        actions.enroll_totp(account)
    return account


@pytest.fixture
def minister(area_tree: Areas) -> Any:
    return _officer("minister", "Lê Quốc Bảo", "ministry", area_tree.country)


@pytest.fixture
def province_officer(area_tree: Areas) -> Any:
    return _officer("province", "Trần Thị Mai", "province", area_tree.danang)


@pytest.fixture
def other_province_officer(area_tree: Areas) -> Any:
    return _officer("other-province", "Phạm Văn Long", "province", area_tree.hanoi)


@pytest.fixture
def commune_officer(area_tree: Areas) -> Any:
    return _officer("commune", "Đỗ Thị Sen", "commune", area_tree.haichau)


@pytest.fixture
def other_commune_officer(area_tree: Areas) -> Any:
    return _officer("other-commune", "Ngô Văn Lực", "commune", area_tree.hoaxuan)


@pytest.fixture
def border_officer(area_tree: Areas) -> Any:
    return _officer("border", "Vũ Minh Quân", "border", area_tree.danang)


@pytest.fixture
def inspector(area_tree: Areas) -> Any:
    return _officer("inspector", "Bùi Thị Nga", "inspector", area_tree.danang)


def _citizen(phone: str, name: str, area: Any) -> Any:
    from lachan.ground import audit
    from lachan.register.access import actions

    with audit.acting(audit.system("tests")):
        return actions.create_citizen(phone=phone, name=name, area=area)


@pytest.fixture
def hanh(area_tree: Areas) -> Any:
    """An account of Hải Châu; `hanh.person` is its person."""
    return _citizen("0905000418", "Nguyễn Thị Hạnh", area_tree.haichau)


@pytest.fixture
def tin(area_tree: Areas) -> Any:
    """Another citizen, who has nothing to do with Hạnh."""
    return _citizen("0905000419", "Hoàng Trung Tín", area_tree.hoaxuan)


@pytest.fixture
def khoi(hanh: Any, area_tree: Areas) -> Any:
    """A person without an account: Hạnh's child, living with her, whom she acts for."""
    from lachan.ground import audit
    from lachan.register.people import actions

    with audit.acting(audit.system("tests")):
        home = actions.create_household(area=area_tree.haichau, address="12 Trần Phú")
        actions.add_to_household(person=hanh.person, household=home)
        child = actions.register_person(
            name="Nguyễn Minh Khôi", area=area_tree.haichau, birth_year=2017, household=home
        )
        actions.appoint_guardian(guardian=hanh.person, ward=child)
    return child


@pytest.fixture
def owner(area_tree: Areas) -> Any:
    """The account that answers for `market`."""
    return _citizen("0905000420", "Đặng Thị Lụa", area_tree.haichau)


@pytest.fixture
def gatekeeper(area_tree: Areas) -> Any:
    """The account that stands at the gate of `market` (once the market fixture is used)."""
    return _citizen("0905000421", "Cao Văn Sáu", area_tree.haichau)


@pytest.fixture
def market(owner: Any, gatekeeper: Any, area_tree: Areas) -> Any:
    """A place with its owner and gatekeeper."""
    from lachan.ground import audit
    from lachan.register.places import actions
    from lachan.register.places.models import PlaceStaff

    with audit.acting(audit.system("tests")):
        place = actions.register_place(account=owner, name="Chợ Đầu Cầu", kind="market", area=area_tree.haichau)
    PlaceStaff.objects.get_or_create(place=place, account=gatekeeper, defaults={"role": "gatekeeper"})
    return place


def sign_in(client: Client, account: Any) -> Any:
    """Sign the account in on the test client: an officer with a proved second factor, a citizen with a device.

    Returns the citizen's Device (its token is in the client's cookie), None for an officer.
    """
    from lachan.ground import audit
    from lachan.register.access import sessions, tokens

    client.logout()
    if account.is_officer:
        client.force_login(account, backend=sessions.BACKEND)
        session = client.session
        session["account_authentication_methods_user"] = str(account.pk)
        session["account_authentication_methods"] = [{"method": "password"}, {"method": "mfa", "type": "totp"}]
        session.save()
        return None
    with audit.acting(audit.system("tests")):
        device, token = tokens.issue_device(account=account, label="tests")
    client.force_login(account, backend=sessions.BACKEND)
    session = client.session
    session[sessions.DEVICE_KEY] = device.pk
    session.save()
    client.cookies[tokens.COOKIE] = token
    return device


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Argon2 is slow on purpose; the cast has many officers. (A test of access holds the product to Argon2.)"""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def _flush_despite_guards() -> Iterator[None]:
    """Let transactional tests empty append-only tables, whose triggers refuse TRUNCATE to everybody else."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    guarded = ["audit_auditevent", "audit_auditlink"]
    plain = DatabaseOperations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        statements = plain(self, style, tables, **options)
        held = [table for table in guarded if table in tables]
        off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in held]
        on = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in held]
        return [*off, *statements, *on] if statements else statements

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
    yield
    DatabaseOperations.sql_flush = plain  # type: ignore[method-assign]
