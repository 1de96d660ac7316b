"""Tests made at the gate: sample, result, and the paper of it."""

import base64
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.systems.entry import papers
from lachan.systems.entry.deciding import DecisionError
from lachan.systems.entry.models import Declaration, GateTest, GateTestPaper

OLDEST_SAMPLE = timedelta(days=14)


@transaction.atomic
def record(
    *,
    declaration: Declaration,
    number: int,
    revision: int,
    kind: str,
    sampled_at: datetime | None,
    result: str,
    by: Account,
    paper: bytes | None = None,
) -> GateTest:
    """Keep a test of the traveller of that number, as deciding.decide does a decision. Raises DecisionError."""
    locked = Declaration.objects.select_for_update().filter(pk=declaration.pk).first()
    if locked is None or locked.revision != revision:
        raise DecisionError("revision", _("Tờ khai đã sửa sau khi quét, xem lại rồi quyết định."))
    traveller = locked.travellers.filter(number=number).first()
    if traveller is None:
        raise DecisionError("number", _("Tờ khai không có người thứ %(number)d.") % {"number": number})
    if kind not in GateTest.Kind.values:
        raise DecisionError("kind", _("Chọn loại xét nghiệm."))
    if result not in GateTest.Result.values:
        raise DecisionError("result", _("Chọn kết quả, hoặc chờ kết quả."))
    now = timezone.now()
    if sampled_at is None or not now - OLDEST_SAMPLE <= sampled_at <= now:
        raise DecisionError("sampled_at", _("Ghi ngày giờ lấy mẫu, trong 14 ngày qua."))
    test = GateTest.objects.create(
        traveller=traveller,
        kind=kind,
        sampled_at=sampled_at,
        result=result,
        resulted_at=None if result == GateTest.Result.PENDING else now,
        by=by,
    )
    audit.record(action="entry.test.record", subject=traveller.person_id, obj=test, detail={"number": number})
    if paper is not None:
        _attach(test, paper)
    return test


@transaction.atomic
def add_result(*, test: GateTest, result: str, paper: bytes | None = None) -> GateTest:
    """The result that was awaited. Raises DecisionError once there is one: a wrong result is a new test."""
    locked = GateTest.objects.select_for_update().select_related("traveller").get(pk=test.pk)
    if locked.result != GateTest.Result.PENDING:
        raise DecisionError("result", _("Xét nghiệm này đã có kết quả. Ghi sai thì ghi một xét nghiệm mới."))
    if result not in GateTest.Result.values or result == GateTest.Result.PENDING:
        raise DecisionError("result", _("Chọn kết quả."))
    locked.result, locked.resulted_at = result, timezone.now()
    locked.save(update_fields=["result", "resulted_at"])
    audit.record(action="entry.test.result", subject=locked.traveller.person_id, obj=locked)
    if paper is not None:
        _attach(locked, paper)
    return locked


def _attach(test: GateTest, content: bytes) -> None:
    try:
        kind, bare = papers.clean(content)
    except papers.PaperError as error:
        raise DecisionError("paper", _sentence(error.code)) from None
    sealed = base64.b64encode(bare).decode()
    GateTestPaper.objects.update_or_create(test=test, defaults={"kind": kind, "content": sealed})


def _sentence(code: str) -> str:
    return {
        "empty": _("Tệp trống. Chọn lại tệp."),
        "too_large": _("Tệp lớn quá 5 MB. Chụp lại nhỏ hơn."),
        "kind": _("Chỉ nhận PDF hoặc ảnh JPEG."),
        "broken": _("Không đọc được tệp. Chụp hoặc lưu lại rồi gửi."),
    }[code]


@transaction.atomic
def open_paper(*, test: GateTest) -> tuple[str, bytes] | None:
    """The kind and the content of the test's paper, None without one. The reading is recorded."""
    found = GateTestPaper.objects.filter(test=test).first()
    if found is None:
        return None
    audit.record(action="entry.test.paper.read", subject=test.traveller.person_id, obj=test, purpose="border")
    return found.kind, base64.b64decode(found.content)
