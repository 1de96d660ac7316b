"""A real web process on a database of its own, with two citizens who are strangers to each other, and two places."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest

from lachan.ground.platform.messages import compile_all
from tests.browser import site as sites


@dataclass(frozen=True)
class Town:
    """Committed in the site's database. `new_token` signs another device of Hạnh in."""

    site: sites.Site
    place_code: str
    closed_code: str
    hanh_key: str
    tin_key: str
    new_token: Callable[[], str]

    def client(self, *, signed_in: bool, language: str = "vi") -> httpx.Client:
        headers = {"Accept-Language": language}
        if signed_in:
            headers["Authorization"] = f"Bearer {self.new_token()}"
        return httpx.Client(base_url=self.site.url, headers=headers, timeout=30)


@pytest.fixture(scope="session")
def town(django_db_blocker: Any) -> Iterator[Town]:
    compile_all()
    site = sites.create(f"api_{secrets.token_hex(4)}")
    try:
        site.start()
        with django_db_blocker.unblock():
            yield _seed(site)
    finally:
        site.stop()
        sites.drop(site)


def _seed(site: sites.Site) -> Town:
    from lachan.ground import audit
    from lachan.ground.platform.text import fold
    from lachan.register.access import actions as access
    from lachan.register.access import tokens
    from lachan.register.areas.models import Area, AreaCover, Level
    from lachan.register.forms.actions import load_forms
    from lachan.register.places import actions as places

    since = date(2025, 7, 1)
    above: Area | None = None
    chain: list[Area] = []
    units = [("VN", Level.COUNTRY, "Việt Nam"), ("48", Level.PROVINCE, "Thành phố Đà Nẵng")]
    with site.orm(), audit.acting(audit.system("tests")):
        load_forms()
        for code, level, name in [*units, ("20242", Level.COMMUNE, "Phường Hải Châu")]:
            above = Area.objects.create(
                code=code, level=level, name=name, folded=fold(name), parent=above, valid_from=since, first_listed=since
            )
            chain.append(above)
            AreaCover.objects.bulk_create(AreaCover(holder=holder, area=above) for holder in chain)
        commune = chain[-1]
        hanh = access.create_citizen(phone="0905000418", name="Nguyễn Thị Hạnh", area=commune)
        tin = access.create_citizen(phone="0905000419", name="Hoàng Trung Tín", area=commune)
        market = places.register_place(account=tin, name="Chợ Đầu Cầu", kind="market", area=commune)
        closed = places.register_place(account=tin, name="Quán Sông Xanh", kind="market", area=commune)
        place_code, closed_code = market.codes.get().code, closed.codes.get().code
        places.close_place(place=closed)
        hanh_key, tin_key = str(hanh.person.key), str(tin.person.key)

    def new_token() -> str:
        with site.orm(), audit.acting(audit.system("tests")):
            return tokens.issue_device(account=hanh, label="tests")[1]

    return Town(site, place_code, closed_code, hanh_key, tin_key, new_token)
