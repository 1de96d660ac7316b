"""The border desk and the Ministry's orders: who sees whom, what is recorded, what is refused."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from lachan.ground.audit.models import AuditEvent
from lachan.register.forms.validate import today
from lachan.register.people import holdings
from lachan.systems.entry import actions, manifests, queries, rules
from lachan.systems.entry.models import (
    ActivationOrder,
    Decision,
    Declaration,
    Gate,
    GateTest,
    GateTestPaper,
    Manifest,
    Passenger,
    Traveller,
)
from lachan.systems.entry.tests.conftest import airport, order, traveller, trip
from lachan.testing.cast import Areas, sign_in

pytestmark = pytest.mark.django_db
__all__ = ["airport", "order"]


@pytest.fixture
def declared(order: ActivationOrder, airport: Gate, area_tree: Areas) -> Declaration:
    return actions.declare(
        order=order,
        gate=airport,
        travel_day=today(),
        language="en",
        area=area_tree.haichau,
        party=actions.Party(trip(), [traveller(), traveller("NOI KAEWMANEE", "AC999", fever="yes", seat="17A")]),
        key=uuid4(),
    )


@pytest.fixture
def border(border_officer: Any) -> Client:
    client = Client()
    sign_in(client, border_officer)
    return client


def page_of(declared: Declaration) -> str:
    return f"/desk/entry/declarations/{declared.key}/"


def test_every_way_leads_to_the_declaration(declared: Declaration, border: Client) -> None:
    short = "-".join((declared.code[:4], declared.code[4:8], declared.code[8:])).lower()
    for typed in (queries.qr_text(declared), short, "ac 1234417"):
        assert border.post("/desk/entry/", {"code": typed}).headers["Location"] == page_of(declared)
    forged = queries.qr_text(declared)[:-1] + "%"
    for typed in (forged, "nothing", ""):
        assert border.post("/desk/entry/", {"code": typed}).status_code == 422


def test_the_page_says_who_what_and_why_and_is_recorded(declared: Declaration, border: Client) -> None:
    page = border.get(page_of(declared)).content.decode()
    for said in ("SOMCHAI KAEWMANEE", "NOI KAEWMANEE", "17A", "Thái Lan", "Khách sạn Sông Hàn", "12/QĐ-BYT"):
        assert said in page
    read = AuditEvent.objects.filter(action="entry.declaration.read")
    assert set(read.values_list("subject_id", flat=True)) == {t.person_id for t in declared.travellers.all()}


def test_a_decision_is_kept_once_and_leaves_the_queue(declared: Declaration, border: Client) -> None:
    assert border.get("/desk/entry/waiting/").content.decode().count("KAEWMANEE</a>") == 2
    sent = {"code": declared.code, "number": "1", "revision": "1", "kind": "pass", "key": str(uuid4())}
    sent["at"] = "2020-01-01T00:00:00Z"
    for _turn in range(2):
        answer = border.post("/desk/entry/decide/", sent, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()) == (200, {"kind": "pass"})
    kept = Decision.objects.get()
    assert kept.at >= declared.submitted_at
    assert border.get("/desk/entry/waiting/?vehicle=VN627").content.decode().count("KAEWMANEE</a>") == 1
    other = border.post("/desk/entry/decide/", sent | {"kind": "test"}, headers={"Accept": "application/json"})
    assert other.status_code == 422


def test_a_decision_names_the_revision_that_was_read(declared: Declaration, border: Client, area_tree: Areas) -> None:
    assert '<input type="hidden" name="revision" value="1">' in border.get(page_of(declared)).content.decode()
    party = actions.Party(trip(), [traveller("NOI KAEWMANEE", "AC999", fever="yes")])
    actions.correct(declaration=declared, area=area_tree.haichau, party=party, revision=1)
    as_json = {"Accept": "application/json"}
    for number in ("1", "2"):
        sent = {"code": declared.code, "number": number, "revision": "1", "kind": "pass", "key": str(uuid4())}
        answer = border.post("/desk/entry/decide/", sent, headers=as_json)
        assert answer.status_code == 422
        words = "Tờ khai đã sửa sau khi quét, xem lại rồi quyết định."
        assert answer.json() == {"field": "revision", "message": words}
        assert words in border.post("/desk/entry/decide/", sent, follow=True).content.decode()
    for typed in ("", "soon", "-1", "9" * 30):
        sent = {"code": declared.code, "number": "1", "revision": typed, "kind": "pass", "key": str(uuid4())}
        answer = border.post("/desk/entry/decide/", sent, headers=as_json)
        assert (answer.status_code, answer.json()["field"]) == (422, "revision")
    assert not Decision.objects.exists()
    sent = {"code": declared.code, "number": "1", "revision": "2", "kind": "test", "key": str(uuid4())}
    assert "NOI KAEWMANEE: Lấy mẫu" in border.post("/desk/entry/decide/", sent, follow=True).content.decode()
    assert Decision.objects.get().traveller.person.name == "NOI KAEWMANEE"


def test_a_quarantine_order_is_whole_or_not_at_all(declared: Declaration, border: Client) -> None:
    sent = {"code": declared.code, "number": "2", "revision": "1", "kind": "quarantine", "key": str(uuid4())}
    refused = border.post("/desk/entry/decide/", sent, follow=True)
    assert "Ghi số quyết định cách ly" in refused.content.decode()
    whole = {
        "order_number": "15/QĐ-KDYT",
        "legal_basis": "Luật 114/2025/QH15",
        "starts_on": today().isoformat(),
        "ends_on": today().isoformat(),
        "place": "Khu cách ly Hòa Xuân",
        "signatory": "Vũ Minh Quân",
    }
    border.post("/desk/entry/decide/", sent | whole)
    assert Decision.objects.get().order_number == "15/QĐ-KDYT"
    assert "15/QĐ-KDYT" in border.get(page_of(declared)).content.decode()


def test_another_gates_declaration_is_not_there(declared: Declaration, border: Client, area_tree: Areas) -> None:
    Gate.objects.filter(pk="da-nang").update(area=area_tree.hanoi)
    assert border.get(page_of(declared)).status_code == 404
    assert border.post("/desk/entry/", {"code": declared.code}).status_code == 422
    sent = {"code": declared.code, "number": "1", "revision": "1", "kind": "pass", "key": str(uuid4())}
    assert border.post("/desk/entry/decide/", sent).status_code == 404
    assert "KAEWMANEE" not in border.get("/desk/entry/waiting/").content.decode()


def test_the_ministry_orders_and_ends(airport: Gate, minister: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    sign_in(client, minister)
    given: dict[str, Any] = {
        "number": "14/QĐ-BYT",
        "legal_basis": "Luật 114/2025/QH15",
        "disease": "measles",
        "direction": "entry",
        "starts_on": today().isoformat(),
        "ends_on": "",
        "retention_days": "30",
        "gates": ["da-nang"],
        "languages": ["vi", "en", "ko"],
    }
    assert client.post("/desk/entry/orders/", given | {"languages": ["vi"]}).status_code == 422
    assert client.post("/desk/entry/orders/", given | {"ends_on": "1/1/2020"}).status_code == 422
    assert client.post("/desk/entry/orders/", given | {"starts_on": "soon"}).status_code == 422
    asking = {"code": "odd", "verdict": "ask", "why": {"vi": "Lạ", "en": "Odd"}}
    of_nothing = asking | {"when": {"op": "eq", "left": {"op": "answer", "of": "nothing"}, "right": "x"}}
    with monkeypatch.context() as shipped:
        shipped.setattr(rules, "shipped", lambda: [of_nothing])
        refused = client.post("/desk/entry/orders/", given)
    assert refused.status_code == 422
    assert "Quy tắc không hợp với tờ khai đang dùng (odd:" in refused.content.decode()
    assert not ActivationOrder.objects.exists()
    assert client.post("/desk/entry/orders/", given).status_code == 302
    made = ActivationOrder.objects.get()
    assert queries.order_for(airport, "entry", today()) == made
    assert queries.order_for(Gate.objects.get(pk="noi-bai"), "entry", today()) is None
    client.post(f"/desk/entry/orders/{made.key}/end/")
    made.refresh_from_db()
    assert made.ends_on == today()


LIST = "Họ và tên,Hộ chiếu,Ngày sinh,Ghế\nSOMCHAI KAEWMANEE,AC1234417,4/3/1988,17C\nNOY KAEWMANEE,AC000,4/3/1988,17A\n"


def send_list(client: Client, content: str = LIST, **changes: str) -> Any:
    file = SimpleUploadedFile("vn627.csv", content.encode())
    given = {"gate": "da-nang", "conveyance": "air", "number": "VN 627", "day": today().isoformat()}
    return client.post("/desk/entry/manifests/", {**given, **changes, "file": file})


def test_a_carriers_list_shows_who_has_not_declared(declared: Declaration, border: Client, area_tree: Areas) -> None:
    for changes in ({"day": "soon"}, {"day": "1/1/2020"}, {"number": "-"}, {"gate": "noi-bai"}):
        assert send_list(border, **changes).status_code == 422
    page = send_list(border, LIST + "TRAN BINH,B7654321,1/2/1990,20A\n=1+1,,soon,9\n").headers["Location"]
    assert "Đang đọc vn627.csv" in border.get(page).content.decode()
    manifests.work()
    assert "3 dòng sẵn sàng đưa vào" in border.get(page).content.decode()
    handed = AuditEvent.objects.filter(action="entry.manifest.rejects.read")
    assert not handed.exists()
    assert border.get(f"{page}rejects.xlsx").status_code == 200
    assert [(row.object_id, row.purpose) for row in handed] == [(str(Manifest.objects.get().pk), "border")]
    border.post(page, {"good": ""})
    manifests.work()
    assert "3 hành khách trên chuyến" in border.get(page).content.decode()
    queue = border.get("/desk/entry/waiting/?vehicle=VN627")
    said = queue.content.decode()
    assert "TRAN BINH" in said
    assert [one.trip.number for one in queue.context["trips"]] == ["VN627"]
    assert (queue.context["trips"][0].left, queue.context["left"]) == (4, 2)
    read = AuditEvent.objects.filter(action="entry.queue.read").latest("pk")
    assert len(read.detail["passengers"]) == 2
    noy = Passenger.objects.get(surname="NOY KAEWMANEE")
    address = f"/desk/entry/passengers/{noy.key}/"
    said = border.get(address).content.decode()
    assert "Trùng ngày sinh, họ tên gần giống" in said
    assert "AC999" in said
    border.post(address, {"say": "same"})
    assert "vừa được xem xét ở máy khác" in border.post(address, {"say": "same"}, follow=True).content.decode()
    noy.refresh_from_db()
    assert (noy.state, noy.traveller) == ("declared", declared.travellers.get(number=2))
    Gate.objects.filter(pk="da-nang").update(area=area_tree.hanoi)
    for gone in (page, f"{page}rejects.xlsx", address):
        assert border.get(gone).status_code == 404
    assert handed.count() == 1
    assert "TRAN BINH" not in border.get("/desk/entry/waiting/").content.decode()


def test_nothing_comes_in_when_the_officer_says_so(declared: Declaration, border: Client) -> None:
    page = send_list(border).headers["Location"]
    manifests.work()
    border.post(page, {"discard": ""})
    assert not manifests.work()
    assert not Passenger.objects.exists()
    assert "Không đưa dòng nào vào" in border.get(page).content.decode()


def test_one_tap_in_the_queue_passes_who_shows_no_sign(declared: Declaration, border: Client) -> None:
    said = border.get("/desk/entry/waiting/?vehicle=VN627").content.decode()
    # The second of the party has a fever: no such button for her.
    assert said.count('name="kind" value="pass"') == 1
    sent = {
        "code": declared.code,
        "number": "1",
        "revision": "1",
        "kind": "pass",
        "key": str(uuid4()),
        "queue": "VN627",
    }
    answer = border.post("/desk/entry/decide/", sent)
    assert answer.headers["Location"] == f"/desk/entry/waiting/?day={today().isoformat()}&vehicle=VN627"
    assert "SOMCHAI" not in border.get(answer.headers["Location"]).content.decode().partition("<h1>")[2]


def test_a_test_with_its_paper_is_sealed_read_with_a_trace_and_gone_on_its_date(
    declared: Declaration, border: Client, area_tree: Areas
) -> None:
    content = b"%PDF-1.7 result of Noi\n%%EOF\n"
    now = timezone.localtime()
    sent: dict[str, Any] = {"number": "2", "revision": "1", "kind": "rapid", "result": "pending"}
    sent["sampled_at"] = now.strftime("%Y-%m-%dT%H:%M")
    where = f"{page_of(declared)}tests/"
    tomorrow = (now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    for changes in ({"kind": "?"}, {"result": "?"}, {"sampled_at": tomorrow}, {"sampled_at": ""}, {"revision": "7"}):
        assert "Đã ghi" not in border.post(where, sent | changes, follow=True).content.decode()
    refused = {**sent, "paper": SimpleUploadedFile("a.pdf", b"<html>")}
    assert "Chỉ nhận PDF hoặc ảnh JPEG" in border.post(where, refused, follow=True).content.decode()
    assert not GateTest.objects.exists()
    border.post(where, sent)
    test = GateTest.objects.get()
    assert test.traveller.number == 2
    with pytest.raises(actions.EntryError):
        party = actions.Party(trip(), [traveller()])
        actions.correct(declaration=declared, area=area_tree.haichau, party=party, revision=1)
    address = f"/desk/entry/tests/{test.key}/"
    assert border.get(f"{address}paper/").status_code == 404
    given = {"result": "positive", "paper": SimpleUploadedFile("photo.jpg", content)}
    assert "dương tính" in border.post(f"{address}result/", given, follow=True).content.decode()
    assert "đã có kết quả" in border.post(f"{address}result/", {"result": "negative"}, follow=True).content.decode()
    file = border.get(f"{address}paper/")
    assert (file.content, file["Content-Type"]) == (content, "application/pdf")
    assert file["Content-Disposition"].startswith("attachment")
    read = AuditEvent.objects.get(action="entry.test.paper.read")
    assert read.subject_id == test.traveller.person_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM entry_gatetestpaper")
        assert b"Noi" not in bytes(cursor.fetchone()[0])
    Gate.objects.filter(pk="da-nang").update(area=area_tree.hanoi)
    assert border.get(f"{address}paper/").status_code == 404
    assert border.post(f"{address}result/").status_code == 404
    held = next(one for one in holdings.all_holdings() if one.model is Traveller)
    held.retain(declared.erase_at)
    assert not GateTestPaper.objects.exists()
