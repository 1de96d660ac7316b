"""The gate's page and what it keeps for use without a network."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from lachan.register.places import actions as places
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db
NODE = shutil.which("node")


def config(page: str) -> Any:
    found = re.search(r'id="gate-config" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def test_it_names_the_places_of_its_reader_and_no_other(client: Client, market: Any, gatekeeper: Any, tin: Any) -> None:
    sign_in(client, gatekeeper)
    page = client.get("/gate/")
    assert page["Lachan-Build"] == settings.BUILD
    (place,) = config(page.content.decode())["places"]
    assert (place["key"], place["name"], place["gates"]) == (str(market.key), "Chợ Đầu Cầu", [])
    sign_in(client, tin)
    other = client.get("/gate/").content.decode()
    assert "Tài khoản này chưa gác cổng ở nơi nào." in other
    assert "gate.js" not in other
    assert config(other)["places"] == []


def test_a_closed_place_has_no_gate(client: Client, market: Any, gatekeeper: Any) -> None:
    from lachan.ground import audit

    with audit.acting(audit.system("tests")):
        places.close_place(place=market)
    sign_in(client, gatekeeper)
    assert config(client.get("/gate/").content.decode())["places"] == []


def test_what_its_modules_import_is_kept(client: Client) -> None:
    worker = client.get("/gate/sw.js").content.decode()
    kept = {
        name.removeprefix(settings.STATIC_URL) for name in re.findall(r'"([^"]+\.(?:js|css|wasm|svg|woff2))"', worker)
    }
    assert "npm/zxing-wasm-reader/zxing_reader.wasm" in kept
    for name in ("gate/gate.js", "gate/gate.css", "app/decoder.js", "face/sprite.svg"):
        assert name in kept
    for name in [name for name in kept if name.startswith(("gate/", "app/")) and name.endswith(".js")]:
        text = (settings.WEB / "static" / name).read_text()
        folder = name.rpartition("/")[0]
        for imported in re.findall(r'^import .*? from "([^"]+)"', text, re.MULTILINE):
            target = re.sub(r"[a-z]+/\.\./", "", f"{folder}/{imported}".replace("/./", "/"))
            assert target in kept, (name, imported)
            assert finders.find(target), target


def test_it_can_be_put_on_the_home_screen(client: Client) -> None:
    told = client.get("/gate/manifest.webmanifest", headers={"Accept-Language": "en"}).json()
    assert (told["start_url"], told["scope"], told["display"]) == ("/gate/", "/gate/", "standalone")
    assert told["short_name"] == "Gatekeeping"


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_every_word_has_its_english_with_the_same_holes() -> None:
    script = "import(process.argv[1]).then(({ tables }) => process.stdout.write(JSON.stringify(tables)))"
    address = (settings.WEB / "static" / "gate" / "words.js").as_uri()
    run = subprocess.run([str(NODE), "-e", script, address], capture_output=True, check=True, text=True)
    tables = json.loads(run.stdout)
    assert tables["vi"].keys() == tables["en"].keys()
    for key, text in tables["vi"].items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", tables["en"][key])), key
        assert text
