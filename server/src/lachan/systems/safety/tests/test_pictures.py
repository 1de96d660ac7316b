"""Evidence pictures: nothing of the file is kept but its pixels, and faces are not recognisable."""

import io

import pytest
from PIL import Image, ImageDraw

from lachan.systems.safety import faces, pictures
from lachan.systems.safety.errors import RefusedError


def _face(draw: ImageDraw.ImageDraw, x: float, y: float, r: float) -> None:
    draw.ellipse((x - r * 0.75, y - r, x + r * 0.75, y + r), fill=(224, 180, 150))
    for side in (-1, 1):
        eye = x + side * r * 0.32
        draw.ellipse((eye - r * 0.16, y - r * 0.31, eye + r * 0.16, y - r * 0.13), fill=(60, 40, 40))
        draw.rectangle((eye - r * 0.2, y - r * 0.42, eye + r * 0.2, y - r * 0.36), fill=(50, 35, 30))
    draw.polygon([(x, y - r * 0.2), (x - r * 0.12, y + r * 0.2), (x + r * 0.12, y + r * 0.2)], fill=(200, 150, 120))
    draw.rectangle((x - r * 0.28, y + r * 0.45, x + r * 0.28, y + r * 0.55), fill=(140, 60, 60))


@pytest.fixture
def photo() -> Image.Image:
    picture = Image.new("RGB", (1280, 960), (180, 170, 160))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 800, 200, 930), fill=(10, 90, 200))
    _face(draw, 400, 400, 150)
    return picture


def _file(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def test_a_face_is_not_recognisable_and_the_rest_is(photo: Image.Image) -> None:
    kept = Image.open(io.BytesIO(pictures.redrawn(_file(photo, quality=92))))
    # Where the dark eye was there is the colour of a quarter of the patch.
    assert sum(kept.getpixel((352, 367))) > 2 * sum(photo.getpixel((352, 367)))  # type: ignore[arg-type]
    red, green, blue = kept.getpixel((120, 860))  # type: ignore[misc]
    assert blue > 150 > green > red


def test_nothing_of_the_file_is_kept(photo: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker of phones"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (16.0, 4.0, 0.0)
    sent = _file(photo, exif=exif, comment=b"secret words")
    assert b"Maker of phones" in sent and b"secret words" in sent
    kept = pictures.redrawn(sent)
    assert b"Maker" not in kept and b"secret" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert dict(picture.getexif()) == {}
        assert "comment" not in picture.info
        # Turned upright before what said so was dropped.
        assert picture.size == (960, 1280)


def test_sizes_and_formats(photo: Image.Image) -> None:
    big = pictures.redrawn(_file(photo.resize((3000, 2000)), "PNG"))
    with Image.open(io.BytesIO(big)) as picture:
        assert (picture.format, max(picture.size)) == ("JPEG", pictures.LONGEST)
    assert pictures.redrawn(_file(Image.new("LA", (3, 2)), "PNG"))
    assert pictures.redrawn(_file(photo, "WEBP"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"\0" * 30,
    ],
)
def test_no_picture(content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        pictures.redrawn(content)
    assert refused.value.code == "no_picture"


def test_a_hostile_picture(photo: Image.Image) -> None:
    """Cut off in the middle, or a small file that says it is enormous."""
    with pytest.raises(RefusedError):
        pictures.redrawn(_file(photo)[:2000])
    bomb = _file(Image.new("1", (9000, 9000)), "PNG")
    assert len(bomb) < 100_000
    with pytest.raises(RefusedError) as refused:
        pictures.redrawn(bomb)
    assert refused.value.code == "too_large"
    # 16 megapixels: a JPEG of that size is made smaller while it is read, the others are unpacked whole.
    large = Image.new("L", (4000, 4000))
    assert pictures.redrawn(_file(large))
    for kind in ("PNG", "WEBP"):
        with pytest.raises(RefusedError) as refused:
            pictures.redrawn(_file(large, kind))
        assert refused.value.code == "too_large"
    with pytest.raises(RefusedError):
        pictures.redrawn(b"\0" * (pictures.MAX_BYTES + 1))


def test_an_empty_wall_has_no_face() -> None:
    assert faces.find(Image.new("RGB", (640, 480), (200, 200, 200))) == []
    assert faces.obscured(Image.new("RGB", (10, 7))).size == (10, 7)


def test_a_server_that_cannot_hide_faces_takes_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "available", lambda: False)
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "JPEG")
    with pytest.raises(RefusedError) as refused:
        pictures.redrawn(out.getvalue())
    assert refused.value.code == "no_pictures"
