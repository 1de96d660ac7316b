"""The symptoms asked for at every slot, under the codes of the daily form."""

from django.utils.translation import gettext_lazy as _

SYMPTOMS = {
    "fever": _("Sốt hoặc ớn lạnh"),
    "cough": _("Ho"),
    "throat": _("Đau họng"),
    "breath": _("Khó thở, thở nhanh"),
    "chest": _("Đau tức ngực"),
    "drowsy": _("Lơ mơ, khó đánh thức"),
    "tired": _("Mệt mỏi nhiều"),
    "taste": _("Mất vị giác hoặc khứu giác"),
    "stomach": _("Nôn hoặc tiêu chảy"),
    "rash": _("Nổi ban"),
    "other": _("Dấu hiệu khác"),
}


def said(codes: list[str] | None) -> str:
    """In words; "" where nobody asked."""
    if codes is None:
        return ""
    words = [str(SYMPTOMS[code]) for code in codes if code in SYMPTOMS]
    if not words:
        return str(_("Không có dấu hiệu nào"))
    return ", ".join([words[0], *(word[:1].lower() + word[1:] for word in words[1:])])
