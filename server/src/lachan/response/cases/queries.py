"""Reads of outbreaks and cases. A face narrows every one of them by its officer's scope."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lachan.register.profiles.document import Profile
from lachan.response.cases.chain import ChainCase, Words, draw
from lachan.response.cases.models import Case, Outbreak
from lachan.response.cases.states import INDEX
from lachan.response.cases.window import anchor, infectious_window


def index_cases(outbreak: Outbreak) -> QuerySet[Case]:
    """The cases that tracing starts from: probable and confirmed."""
    return Case.objects.filter(outbreak=outbreak, status__in=sorted(INDEX)).order_by("pk")


def windows(outbreak: Outbreak, profile: Profile, now: datetime) -> list[tuple[Case, datetime, datetime]]:
    """Every index case with its infectious window."""
    return [(case, *infectious_window(case, profile, now)) for case in index_cases(outbreak)]


def chain_of(outbreak: Outbreak) -> list[ChainCase]:
    """The outbreak's cases as the chain draws them, excluded ones left out (with the links through them)."""
    cases = Case.objects.filter(outbreak=outbreak).exclude(status=Case.Status.EXCLUDED).order_by("number")
    numbers = {case.pk: case.number for case in cases}
    return [
        ChainCase(
            number=case.number,
            day=anchor(case),
            infector=numbers.get(case.infector_id) if case.infector_id else None,
            status=case.status,
        )
        for case in cases
    ]


def chain_words(outbreak: Outbreak, cases: list[ChainCase]) -> Words:
    """What the picture of the chain says, in the language in force."""
    linked = sum(1 for case in cases if case.infector)
    return Words(
        title=_("Chuỗi lây: %(name)s") % {"name": outbreak.name},
        generation=_("Thế hệ {n}"),
        unlinked=_("Chưa rõ liên hệ"),
        case=_("Ca {number}, khởi phát {day}, lây cho {infected} người"),
        sentence=_("%(cases)d ca, %(linked)d ca đã rõ nguồn lây. Bảng bên dưới ghi từng ca.")
        % {"cases": len(cases), "linked": linked},
    )


def chain_picture(outbreak: Outbreak, *, standalone: bool = False) -> str:
    """The chain as SVG in the language in force. Raises ValueError when the outbreak has no cases."""
    cases = chain_of(outbreak)
    return draw(cases, chain_words(outbreak, cases), standalone=standalone)
