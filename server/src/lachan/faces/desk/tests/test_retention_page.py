"""The page that shows what was erased, night by night."""

from typing import Any

import pytest

from lachan.faces.desk.tests.conftest import as_officer, text
from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_each_night_says_what_went_and_how_much(province_officer: Any, minister: Any, commune_officer: Any) -> None:
    page = text(as_officer(province_officer).get("/desk/retention/"))
    assert "Chưa có gì tới hạn xóa" in page
    with audit.acting(audit.system("retention")):
        audit.removed({"checkin_visit": 1200, "checkin_event": 2431, "access_sms": 4, "people_consent": 0})
        audit.removed({"checkin_visit": 34, "mystery_table": 1})
    assert AuditEvent.objects.filter(action=audit.REMOVED).count() == 5
    page = text(as_officer(minister).get("/desk/retention/"))
    assert "3.670 dòng đã xóa theo hạn trong một tháng" in page
    for said in ("Lượt quét đến và đi", "2.431", "Nơi đã đến", "1.234", "Tin nhắn đã gửi", "mystery_table"):
        assert said in page
    assert page.index("2.431") < page.index("1.234")
    assert as_officer(commune_officer).get("/desk/retention/").status_code == 403
    assert "/desk/retention/" in as_officer(province_officer).get("/desk/officers/").content.decode()
