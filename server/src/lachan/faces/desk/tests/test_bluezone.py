"""The desk gives codes, shows them once, and shows what people chose to tell."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.faces.desk.tests.conftest import Story, as_officer, audited, text
from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.access.models import Sms
from lachan.register.people import actions as people
from lachan.response.cases import actions as cases
from lachan.response.tracing import actions as tracing
from lachan.systems.proximity import codes, giving, slips
from lachan.systems.proximity.models import Code, Encounter, Upload
from lachan.systems.proximity.tests.devices import Device
from lachan.systems.proximity.tests.test_statements import answer, published, shared, signed_in

pytestmark = pytest.mark.django_db
NEW = "/desk/bluezone/codes/new/"
MANY = "/desk/bluezone/codes/many/"


def shown(page: Any) -> str:
    found = re.search(r'id="code">([^<]+)<', page.content.decode())
    assert found
    return found[1]


def test_a_code_is_shown_once_and_works(desk: Client, story: Story) -> None:
    address = f"{NEW}?case={story.case.key}"
    assert f'href="{address}"' in desk.get(f"/desk/cases/{story.case.key}/").content.decode()
    assert "8 số, dùng trong 15 phút" in text(desk.get(address))
    page = desk.post(address, {"way": "spoken"})
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    code = shown(page)
    assert re.fullmatch(r"\d{4} \d{4}", code)
    assert code not in desk.get("/desk/bluezone/").content.decode()
    device = Device()
    assert device.publish(code, [device.key(1)]).status_code == 200
    assert AuditEvent.objects.filter(action="proximity.code.issue", subject_id=story.sick.pk).exists()


def code_in(message: Any) -> str:
    found = re.search(r"([0-9A-Z]{4} ){3}[0-9A-Z]{4}", str(message.text))
    assert found, message.text
    return found[0]


def test_a_code_is_sent_by_text_message(desk: Client, story: Story) -> None:
    address = f"{NEW}?case={story.case.key}"
    page = text(desk.post(address, {"way": "sms"}))
    message = Sms.objects.get()
    assert message.to == "+84905000147" and "09•• ••• 147" in page
    code = code_in(message)
    assert code not in page and "mã trong tin nhắn" in page
    assert message.useless_after == Code.objects.get().expires_at
    device = Device()
    assert device.publish(code, [device.key(1)]).status_code == 200
    assert audited("proximity.code.sms", story.sick) == 1


def test_a_code_on_paper_holds_for_a_week(desk: Client, story: Story) -> None:
    page = desk.post(f"{NEW}?case={story.case.key}", {"way": "slip"})
    assert page["Content-Type"] == "application/pdf" and page.content.startswith(b"%PDF")
    assert "no-store" in page["Cache-Control"]
    code = Code.objects.get()
    assert code.expires_at - code.issued_at == codes.LIVES[codes.Form.SLIP]
    assert desk.post(f"{NEW}?case={story.case.key}", {"way": "pigeon"}).status_code == 422


def a_case(story: Story, name: str, phone: str | None) -> Any:
    with audit.acting(audit.system("tests")):
        person = people.register_person(name=name, area=story.areas.haichau, phone=phone, birth_year=1990)
        return cases.record_case(
            outbreak=story.outbreak, person=person, by=None, status="probable", onset_on=timezone.localdate()
        )


def test_a_list_of_cases_gets_codes_at_once_or_none(desk: Client, story: Story) -> None:
    reachable, silent = a_case(story, "Phan Văn Bình", "0905000881"), a_case(story, "Cao Thị Mận", None)
    chosen = [str(each.key) for each in (story.case, reachable, silent)]
    page = text(desk.get(MANY))
    assert all(name in page for name in ("Trần Quốc Khoa", "Phan Văn Bình", "Cao Thị Mận"))
    refused = desk.post(MANY, {"way": "sms", "case": chosen})
    assert refused.status_code == 422 and "Không có số di động của người này" in text(refused)
    assert not Code.objects.exists() and not Sms.objects.exists(), "all or none"
    assert "Đã nhắn mã cho 2 người." in text(desk.post(MANY, {"way": "sms", "case": chosen[:2]}, follow=True))
    assert {message.to for message in Sms.objects.all()} == {"+84905000147", "+84905000881"}
    page = text(desk.get(MANY))
    assert "Cao Thị Mận" in page and "Phan Văn Bình" not in page, "who has a code is no longer listed"
    assert desk.post(MANY, {"way": "slip", "case": chosen[2:]}).content.startswith(b"%PDF")
    assert desk.post(MANY, {"way": "slip", "case": chosen}).status_code == 422, "nobody is left"
    Code.objects.update(expires_at=timezone.now())
    assert "Cao Thị Mận" in text(desk.get(MANY)), "a code past its time is none"


def test_slips_name_the_case_and_not_the_person(story: Story) -> None:
    with audit.acting(audit.system("tests")):
        given = giving.give_all(by=story.officer, way=giving.Way.SLIP, cases=[story.case])
    told = slips.content([each.issued for each in given], "vi")
    (slip,) = told["slips"]
    assert slip["about"] == story.case.number and slip["code"] == codes.spoken(given[0].issued.text)
    assert "Khoa" not in str(told) and "Use until" in slips.content([given[0].issued], "en")["slips"][0]["until"]
    assert slips.render([each.issued for each in given], "vi", picture=True).startswith(b"\x89PNG")


def test_another_office_has_nobody_to_give_codes_to(story: Story, other_province_officer: Any) -> None:
    client = as_officer(other_province_officer)
    assert "Trần Quốc Khoa" not in text(client.get(MANY))
    assert client.post(MANY, {"way": "slip", "case": [str(story.case.key)]}).status_code == 422
    assert not Code.objects.exists()


def test_codes_can_be_withdrawn(desk: Client, story: Story) -> None:
    desk.post(f"{NEW}?case={story.case.key}", {"way": "spoken"})
    code = Code.objects.get()
    assert "Đã thu hồi mã." in text(desk.post(f"/desk/bluezone/codes/{code.key}/withdraw/", follow=True))
    assert "không thu hồi được nữa" in text(desk.post(f"/desk/bluezone/codes/{code.key}/withdraw/", follow=True))


def test_a_fourth_unused_code_is_refused(desk: Client, story: Story) -> None:
    answers = [desk.post(f"{NEW}?case={story.case.key}", {"way": "spoken"}) for _nth in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 422]
    assert "3 mã chưa dùng" in text(answers[3])
    assert audited("desk.bluezone.read", story.sick) == 4, "a refusal shows the person too"


def test_a_confirmed_contact_gets_a_code_too(desk: Client, story: Story) -> None:
    contact = story.contact(story.hanh)
    assert desk.post(f"{NEW}?contact={contact.key}", {"way": "spoken"}).status_code == 422
    with audit.acting(audit.system("tests")):
        tracing.confirm(contact=contact, by=story.officer)
    page = desk.get(story.address(f"contacts/{contact.key}/")).content.decode()
    assert f"{NEW}?contact={contact.key}" in page
    assert shown(desk.post(f"{NEW}?contact={contact.key}", {"way": "spoken"}))
    assert Code.objects.get().report == 4


def test_what_people_told_and_nothing_else(desk: Client, story: Story, owner: Any, commune_officer: Any) -> None:
    case, warned = Device(), signed_in(owner)
    holder = published(case, shown(desk.post(f"{NEW}?case={story.case.key}", {"way": "spoken"})))
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
    published(silent, shown(desk.post(f"{NEW}?case={story.case.key}", {"way": "spoken"})), officer=False)
    assert Upload.objects.count() == 2
    assert text(desk.get("/desk/bluezone/")).count("lần gặp đã xác nhận") == 1
