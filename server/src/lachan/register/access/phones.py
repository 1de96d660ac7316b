"""Phone numbers as people write them, in one form (E.164)."""

import phonenumbers
from django.utils.translation import gettext as _

from lachan.ground.platform import keyring

HOME = "VN"
MAX_TYPED = 40
_MOBILE = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


class NotAPhoneError(ValueError):
    """The text is no phone number; the message says what to write."""


def normalise(typed: str, *, mobile: bool = False) -> str:
    """The E.164 form ("+84905000418") of "0905 000 418", "84905000418", "+84 905-000-418". Raises NotAPhoneError."""
    text = typed.strip()
    message = _("Số điện thoại gồm 10 chữ số, ví dụ 0905 000 418. Ô đang ghi “%(typed)s”.") % {
        "typed": text[:MAX_TYPED]
    }
    if len(text) > MAX_TYPED:
        raise NotAPhoneError(message)
    digits = "".join(c for c in text if c.isdigit())
    # People copy "84905…" without the plus from chat apps; a national number never begins with 84 and has 11 digits.
    if not text.startswith("+") and digits.startswith("84") and len(digits) == 11:
        text = f"+{digits}"
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException as error:
        raise NotAPhoneError(message) from error
    if not phonenumbers.is_valid_number(number):
        raise NotAPhoneError(message)
    if mobile and phonenumbers.number_type(number) not in _MOBILE:
        raise NotAPhoneError(_("Số này không nhận được tin nhắn. Ghi số di động, ví dụ 0905 000 418."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def index(e164: str) -> bytes:
    """The keyed hash by which a normalised number is found."""
    return keyring.blind_index("phone", e164)
