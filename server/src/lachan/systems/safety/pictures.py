"""Pictures as evidence: drawn anew on the server, so that nothing the camera wrote into the file is kept."""

import hashlib
import io
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from lachan.register.places.models import Place
from lachan.systems.safety.errors import RefusedError
from lachan.systems.safety.faces import available, obscured
from lachan.systems.safety.models import Photo

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
#: PNG and WebP are unpacked whole; a JPEG is made smaller while it is read.
MAX_PIXELS_WHOLE = 12_000_000
LONGEST = 1280
QUALITY = 78
FORMATS = ("JPEG", "PNG", "WEBP")
TYPES = ("image/jpeg", "image/png", "image/webp")


def redrawn(content: bytes) -> bytes:
    """A JPEG of at most LONGEST pixels a side, upright, faces made unrecognisable, without any metadata.

    Raises RefusedError for what is no picture of FORMATS, too large a file, or more pixels than any phone makes, and
    for every picture while the detector of faces is not installed.
    """
    if not available():
        raise RefusedError(
            _("Máy chủ này chưa nhận ảnh vì chưa cài phần che khuôn mặt. Gửi biểu mẫu không kèm ảnh."),
            "photo",
            "no_pictures",
        )
    if len(content) > MAX_BYTES:
        raise RefusedError(_("Ảnh lớn hơn 8 MB. Chụp lại ở cỡ nhỏ hơn."), "photo", "too_large")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as found:
            # The header tells the size before a pixel is unpacked.
            most = MAX_PIXELS if found.format == "JPEG" else MAX_PIXELS_WHOLE
            if found.width * found.height > most:
                raise RefusedError(_("Ảnh quá nhiều điểm. Chụp lại ở cỡ nhỏ hơn."), "photo", "too_large")
            found.draft("RGB", (LONGEST * 2, LONGEST * 2))
            upright = ImageOps.exif_transpose(found) or found
            plain = upright.convert("RGB")
    except RefusedError:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RefusedError(_("Tệp này không phải ảnh JPEG, PNG hay WebP đọc được."), "photo", "no_picture") from error
    plain.thumbnail((LONGEST, LONGEST))
    # A picture made from the pixels alone: nothing that came with the file comes along.
    clean = Image.frombytes("RGB", plain.size, plain.tobytes())
    out = io.BytesIO()
    obscured(clean).save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def keep(*, place: Place, key: UUID, content: bytes) -> Photo:
    """Keep the picture until its form comes; the same key again returns it. Raises RefusedError."""
    known = Photo.objects.filter(key=key).first()
    if known is None:
        drawn = redrawn(content)
        try:
            with transaction.atomic():
                return Photo.objects.create(key=key, place=place, content=drawn, sha256=hashlib.sha256(drawn).digest())
        except IntegrityError:
            known = Photo.objects.get(key=key)
    if known.place_id != place.pk:
        raise RefusedError(_("Mã lần gửi này đã dùng cho một bản khác."), "key", "key_reused")
    return known
