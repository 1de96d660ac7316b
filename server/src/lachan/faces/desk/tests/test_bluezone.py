"""The desk gives codes, shows them once, and shows what people chose to tell."""

import re
from typing import Any

import pytest
from django.test import Client

from lachan.faces.desk.tests.conftest import Story, as_officer, audited, text
from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.response.tracing import actions as tracing
from lachan.systems.proximity.models import Code, Encounter, Upload
from lachan.systems.proximity.tests.devices import Device
from lachan.systems.proximity.tests.test_statements import answer, published, shared, signed_in

pytestmark = pytest.mark.django_db
NEW = "/desk/bluezone/codes/new/"


def shown(page: Any) -> str:
    found = re.search(r'id="code">([^<]+)<', page.content.decode())
    assert found
    return found[1]


def test_a_code_is_shown_once_and_works(desk: Client, story: Story) -> None:
    address = f"{NEW}?case={story.case.key}"
    assert f'href="{address}"' in desk.get(f"/desk/cases/{story.case.key}/").content.decode()
    assert "8 số, dùng trong 15 phút" in text(desk.get(address))
    page = desk.post(address, {"kind": "short"})
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    code = shown(page)
    assert re.fullmatch(r"\d{4} \d{4}", code)
    assert code not in desk.get("/desk/bluezone/").content.decode()
    device = Device()
    assert device.publish(code, [device.key(1)]).status_code == 200
    assert AuditEvent.objects.filter(action="proximity.code.issue", subject_id=story.sick.pk).exists()
    long = shown(desk.post(address, {"kind": "long"}))
    assert re.fullmatch(r"\w{4} \w{4} \w{4} \w{4}", long)


def test_codes_can_be_withdrawn(desk: Client, story: Story) -> None:
    desk.post(f"{NEW}?case={story.case.key}", {"kind": "short"})
    code = Code.objects.get()
    assert "Đã thu hồi mã." in text(desk.post(f"/desk/bluezone/codes/{code.key}/withdraw/", follow=True))
    assert "không thu hồi được nữa" in text(desk.post(f"/desk/bluezone/codes/{code.key}/withdraw/", follow=True))


def test_a_fourth_unused_code_is_refused(desk: Client, story: Story) -> None:
    answers = [desk.post(f"{NEW}?case={story.case.key}", {"kind": "short"}) for _nth in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 422]
    assert "3 mã chưa dùng" in text(answers[3])
    assert audited("desk.bluezone.read", story.sick) == 4, "a refusal shows the person too"


def test_a_confirmed_contact_gets_a_code_too(desk: Client, story: Story) -> None:
    contact = story.contact(story.hanh)
    assert desk.post(f"{NEW}?contact={contact.key}", {"kind": "short"}).status_code == 422
    with audit.acting(audit.system("tests")):
        tracing.confirm(contact=contact, by=story.officer)
    page = desk.get(story.address(f"contacts/{contact.key}/")).content.decode()
    assert f"{NEW}?contact={contact.key}" in page
    assert shown(desk.post(f"{NEW}?contact={contact.key}", {"kind": "short"}))
    assert Code.objects.get().report == 4


def test_what_people_told_and_nothing_else(desk: Client, story: Story, owner: Any, commune_officer: Any) -> None:
    case, warned = Device(), signed_in(owner)
    holder = published(case, shown(desk.post(f"{NEW}?case={story.case.key}", {"kind": "short"})))
    shared(case, warned, holder, count=4)
    answer(warned, case, count=3)
    assert Encounter.objects.count() == 1
    with audit.acting(audit.system("tests")):
        tracing.retrace(outbreak=story.outbreak, by=story.officer)
    page = text(desk.get("/desk/bluezone/"))
    assert "Bluezone: 1 tiếp xúc tìm được" in page
    assert "1 lần gặp đã xác nhận, còn 1 mã chưa ai nhận" in page
    assert "Trần Quốc Khoa" in page and "Đặng Thị Lụa" not in page
    found = text(desk.get(story.address("contacts/?source=proximity")))
    assert "Đặng Thị Lụa" in found and "Trần Quốc Khoa" not in text(as_officer(commune_officer).get("/desk/bluezone/"))
    silent = Device()
    published(silent, shown(desk.post(f"{NEW}?case={story.case.key}", {"kind": "short"})), officer=False)
    assert Upload.objects.count() == 2
    assert text(desk.get("/desk/bluezone/")).count("lần gặp đã xác nhận") == 1
