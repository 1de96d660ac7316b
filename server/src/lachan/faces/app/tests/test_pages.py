"""Pages of the citizen's app as plain HTML, and what lets it open without a network."""

import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from lachan.faces.app import addressing, offline
from lachan.ground import audit
from lachan.register.places import actions as places
from lachan.register.places import codes
from lachan.systems.checkin.models import Direction, Event
from lachan.testing.cast import sign_in

PAGES = ["/app/", "/app/scan/", "/app/visits/", "/app/notices/", "/app/notices/here/", "/app/settings/"]


def code_of(place: Any) -> str:
    return str(place.codes.get(revoked_at=None).code)


@pytest.mark.parametrize("address", PAGES)
def test_pages_ask_a_stranger_to_sign_in_and_come_back(client: Client, db: None, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/app/sign-in/?next=")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_pages_open_in_both_languages(client: Client, hanh: Any, khoi: Any, address: str, language: str) -> None:
    sign_in(client, hanh)
    client.cookies["lachan_language"] = language
    response = client.get(address)
    assert response.status_code == 200
    page = response.content.decode()
    assert f'<html lang="{language}"' in page
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
    config = json.loads(re.search(r'<script id="app-config"[^>]*>(.*?)</script>', page)[1])  # type: ignore[index]
    assert config["owner"] == str(hanh.person.key)
    assert config["wards"] == [{"key": str(khoi.key), "name": "Nguyễn Minh Khôi"}]
    assert config["retention"] == 21


def test_a_name_can_not_break_out_of_the_page(client: Client, hanh: Any) -> None:
    hanh.person.name = '</script><script src="//evil.example/x.js">'
    hanh.person.save()
    sign_in(client, hanh)
    assert "<script src=" not in client.get("/app/").content.decode().replace('<script type="module" src=', "")


def test_how_to_be_called_is_asked_once(client: Client, hanh: Any) -> None:
    sign_in(client, hanh)
    assert "Lá Chắn nên gọi thế nào?" in client.get("/app/").content.decode()
    response = client.post("/app/settings/address/", {"address": "co", "from": "today"})
    assert response["Location"] == "/app/"
    page = client.get("/app/").content.decode()
    assert "Chào cô Hạnh" in page
    assert "Lá Chắn nên gọi thế nào?" not in page
    client.cookies[addressing.NAME] = "<b>"
    assert "Chào Hạnh" in client.get("/app/").content.decode()


def test_arrival_and_departure_without_scripts(client: Client, hanh: Any, khoi: Any, market: Any) -> None:
    sign_in(client, hanh)
    code = code_of(market)
    asked = client.post("/app/scan/", {"code": codes.grouped(code).lower()})
    assert asked["Location"] == f"/c/{code}"
    page = client.get(f"/c/{code}").content.decode()
    assert "Chợ Đầu Cầu" in page
    form_key = re.search(r'name="form_key" value="([^"]+)"', page)[1]  # type: ignore[index]
    sent = {"person": [str(hanh.person.key), str(khoi.key)], "direction": "in", "form_key": form_key}
    assert client.post(f"/c/{code}", sent)["Location"] == "/app/"
    # The same form again (a second tap on a slow phone) writes nothing more.
    assert client.post(f"/c/{code}", sent)["Location"] == "/app/"
    assert Event.objects.filter(direction=Direction.IN).count() == 2
    home = client.get("/app/").content.decode()
    assert home.count('class="receipt"') == 2
    assert code not in home
    client.post("/app/leave/", {"place": str(market.key)})
    assert Event.objects.filter(direction=Direction.OUT).count() == 2
    assert 'class="receipt"' not in client.get("/app/").content.decode()


def test_nobody_checks_in_for_a_stranger(client: Client, hanh: Any, tin: Any, market: Any) -> None:
    sign_in(client, hanh)
    response = client.post(f"/c/{code_of(market)}", {"person": [str(tin.person.key)], "direction": "in"})
    assert response.status_code == 422
    assert "Chọn ít nhất một người." in response.content.decode()
    assert Event.objects.count() == 0


@pytest.mark.parametrize("typed", ["", "7KD2", "https://example.org/", "x" * 5000, "7KD2-Q4MX-9RTB\x00"])
def test_a_wrong_code_says_what_to_write(client: Client, hanh: Any, typed: str) -> None:
    sign_in(client, hanh)
    response = client.post("/app/scan/", {"code": typed})
    assert response.status_code == 422
    page = response.content.decode()
    assert 'aria-invalid="true"' in page
    assert "7KD2-Q4MX-9RTB" in page


def test_a_posters_link_explains_itself(client: Client, hanh: Any, market: Any) -> None:
    code = code_of(market)
    stranger = client.get(f"/c/{code}").content.decode()
    assert "Chợ Đầu Cầu" in stranger
    assert f"/app/sign-in/?next=/c/{code}" in stranger
    assert client.get(f"/C/{code}/").status_code == 200
    assert client.get(f"/c/{codes.grouped(code).lower()}")["Location"] == f"/c/{code}"
    assert client.get("/c/AAAA").status_code == 404
    assert client.get(f"/c/{codes.new()}").status_code == 404
    with audit.acting(audit.system("tests")):
        places.replace_codes(place=market)
    old = client.get(f"/c/{code}")
    assert old.status_code == 410
    assert "thay bằng mã mới" in old.content.decode()
    fresh = code_of(market)
    with audit.acting(audit.system("tests")):
        places.close_place(place=market)
    closed = client.get(f"/c/{fresh}")
    assert closed.status_code == 410
    assert "đã đóng" in closed.content.decode()


def test_leaving_shows_nobody_a_renewed_code(client: Client, hanh: Any, market: Any) -> None:
    sign_in(client, hanh)
    code = code_of(market)
    client.post(f"/c/{code}", {"person": [str(hanh.person.key)], "direction": "in"})
    with audit.acting(audit.system("tests")):
        places.replace_codes(place=market)
    assert code_of(market) not in client.get("/app/").content.decode()
    client.post("/app/leave/", {"place": str(market.key)})
    assert Event.objects.filter(direction=Direction.OUT).count() == 1


def test_everything_to_keep_is_there(client: Client, db: None, settings: Any) -> None:
    kept = offline.assets()
    names = [address.removeprefix(settings.STATIC_URL) for address in kept]
    for needed in (
        "app/app.js",
        "app/app.css",
        "app/decoder.js",
        "face/tokens.css",
        "face/sprite.svg",
        "npm/htm/standalone.module.js",
        "npm/idb-keyval/index.js",
        "npm/zxing-wasm/reader/index.js",
        "npm/zxing-wasm-reader/zxing_reader.wasm",
        "npm/be-vietnam-pro/be-vietnam-pro-vietnamese-400-normal.woff2",
    ):
        assert needed in names
    for name in names:
        assert finders.find(name), name


def test_every_module_that_a_module_imports_is_kept(settings: Any) -> None:
    from pathlib import PurePosixPath

    names = {address.removeprefix(settings.STATIC_URL) for address in offline.assets()}
    for name in sorted(n for n in names if n.endswith(".js")):
        text = open(finders.find(name), encoding="utf-8").read()  # noqa: SIM115, PTH123
        for target in re.findall(r"""(?:from|import|new URL\()\s*["'](\.{1,2}/[^"']+)["']""", text):
            parts: list[str] = []
            for part in (PurePosixPath(name).parent / target).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in names, f"{name} needs {target}"


def test_service_worker_and_manifest(client: Client, db: None, settings: Any) -> None:
    worker = client.get("/app/sw.js")
    assert worker["Service-Worker-Allowed"] == "/"
    assert worker["Content-Type"].startswith("text/javascript")
    assert settings.BUILD in worker.content.decode()
    manifest = client.get("/app/manifest.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    content = json.loads(manifest.content)
    assert content["start_url"] == "/app/"
    for icon in content["icons"]:
        assert finders.find(icon["src"].removeprefix(settings.STATIC_URL)), icon
    assert {icon["sizes"] for icon in content["icons"]} == {"192x192", "512x512"}
    assert "maskable" in {icon["purpose"] for icon in content["icons"]}
    assert client.get("/app/offline/").status_code == 200
