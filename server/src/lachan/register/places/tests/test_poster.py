"""A poster can be scanned and read, whatever the place is called."""

import io
from datetime import date

import pypdf
import pytest
import zxingcpp
from PIL import Image

from lachan.register.areas.models import Area
from lachan.register.places import codes, poster
from lachan.register.places.models import Part, Place, PlaceCode

NAMES = [
    "Chợ Đầu Cầu, cổng Đông",
    "Ô",
    "Trường Trung học phổ thông chuyên Nguyễn Bỉnh Khiêm, cơ sở hai, cổng sau phía đường Quốc",
    'Quán #let x = "1" $a$ *b* _c_ \\ <d> @e [f] {g} // h',
]


def make(name: str, language: str, *, picture: bool, host: str = "lachan.danang.gov.vn") -> tuple[bytes, str]:
    area = Area(name="Phường Thanh Khê", parent=Area(name="Thành phố Đà Nẵng"))
    place = Place(name=name, kind="market", area=area)
    code = PlaceCode(code=codes.new(), place=place)
    made = poster.render(place, code, host=host, language=language, on=date(2026, 11, 24), picture=picture)
    return made, code.code


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_there_on_one_page(name: str, language: str) -> None:
    made, code = make(name, language, picture=False)
    pdf = pypdf.PdfReader(io.BytesIO(made))
    assert len(pdf.pages) == 1
    assert [round(float(side) / 72 * 25.4) for side in pdf.pages[0].mediabox[2:]] == [210, 297]
    text = " ".join(pdf.pages[0].extract_text().split())
    assert codes.grouped(code) in text
    assert " ".join(name.split()).replace(" ", "") in text.replace(" ", "")
    assert "24/11/2026" in text
    assert "Phường Thanh Khê, Thành phố Đà Nẵng" in text
    fonts = {str(font["/BaseFont"]) for font in (f.get_object() for f in pdf.pages[0]["/Resources"]["/Font"].values())}
    assert all("BeVietnamPro" in font for font in fonts), fonts


@pytest.mark.parametrize("host", ["lachan.danang.gov.vn", "localhost:8000", "a" * 37])
def test_the_code_can_be_scanned_at_the_size_the_rules_ask(host: str) -> None:
    made, code = make(NAMES[0], "vi", picture=True, host=host)
    picture = Image.open(io.BytesIO(made))
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == f"HTTPS://{host.upper()}/C/{code}"
    assert codes.parse(found.text) == code
    corners = found.position
    width_mm = (corners.top_right.x - corners.top_left.x) / picture.width * 210
    assert width_mm >= 149
    assert found.orientation == 0


def test_a_small_and_skewed_photograph_is_still_read() -> None:
    made, code = make(NAMES[0], "vi", picture=True)
    photo = Image.open(io.BytesIO(made)).convert("L").resize((300, 424)).rotate(17, expand=True, fillcolor=200)
    (found,) = zxingcpp.read_barcodes(photo)
    assert codes.parse(found.text) == code


def test_a_host_that_does_not_fit_is_said_so() -> None:
    with pytest.raises(ValueError, match="37 characters"):
        make("x", "vi", picture=False, host="a" * 38)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_the_door_poster_is_one_page_with_the_code_at_full_size(name: str, language: str) -> None:
    area = Area(name="Phường Thanh Khê", parent=Area(name="Thành phố Đà Nẵng"))
    place = Place(name=name, kind="market", area=area)
    code = PlaceCode(code=codes.new(), place=place, part=Part(name="Tầng hai, khu quần áo trẻ em, cầu thang"))
    given = {"host": "lachan.danang.gov.vn", "language": language, "on": date(2026, 11, 24), "size": "door"}
    pdf = pypdf.PdfReader(io.BytesIO(poster.render(place, code, **given)))
    assert len(pdf.pages) == 1
    text = " ".join(pdf.pages[0].extract_text().split())
    assert codes.grouped(code.code) in text and "24/11/2026" in text and "khu quần áo" in text
    picture = Image.open(io.BytesIO(poster.render(place, code, **given, picture=True)))
    (found,) = zxingcpp.read_barcodes(picture)
    assert codes.parse(found.text) == code.code
    assert (found.position.top_right.x - found.position.top_left.x) / picture.width * 210 >= 149


def test_a_sheet_of_cards_holds_one_code_for_each_table() -> None:
    place = Place(name=NAMES[0], kind="restaurant", area=Area(name="Phường Thanh Khê"))
    tables = [PlaceCode(code=codes.new(), place=place, part=Part(name=f"Bàn {n}")) for n in range(1, 9)]
    made = poster.cards(place, tables, host="lachan.vn", language="vi", on=date(2026, 11, 24), picture=True)
    picture = Image.open(io.BytesIO(made))
    found = zxingcpp.read_barcodes(picture)
    assert {codes.parse(one.text) for one in found} == {code.code for code in tables}
    for one in found:
        assert (one.position.top_right.x - one.position.top_left.x) / picture.width * 210 >= 47
    many = [PlaceCode(code=codes.new(), place=place, part=Part(name="x" * 40)) for _ in range(17)]
    pdf = pypdf.PdfReader(io.BytesIO(poster.cards(place, many, host="lachan.vn", language="en", on=date(2026, 11, 24))))
    assert len(pdf.pages) == 3


def test_a_name_cannot_become_code_of_the_document() -> None:
    made, code = make('#panic("x") #read("/etc/passwd") $1$ *b*', "vi", picture=False)
    text = "".join(pypdf.PdfReader(io.BytesIO(made)).pages[0].extract_text().split())
    assert '#panic("x")' in text and codes.grouped(code) in text
