"""Home, the pictures, the officers and the small words."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from lachan.faces.desk import wordings
from lachan.faces.desk.home import headline
from lachan.faces.desk.tests.conftest import Story, as_officer, text
from lachan.register.access.models import Account, RoleAssignment
from lachan.register.people.models import Person
from lachan.response.tracing.models import Exposure

pytestmark = pytest.mark.django_db


def test_the_heading_is_the_answer(desk: Client, story: Story, border_officer: Any) -> None:
    page = text(desk.get("/desk/"))
    assert "1 ca mới hôm nay, 7 tiếp xúc chờ xem" in page
    assert "7 chờ xem, trong đó 6 F1" in page
    bare = text(as_officer(border_officer).get("/desk/"))
    assert "Khoa" not in bare and "không xem ca bệnh" in bare
    assert 'href="/desk/entry/"' in as_officer(border_officer).get("/desk/").content.decode()


def test_headline_leaves_nothing_out_and_nothing_in() -> None:
    assert headline(3, 41, 0) == "3 ca mới hôm nay, 41 tiếp xúc chờ xem"
    assert headline(0, 0, 2914) == "2.914 việc cần gọi, cần tới"
    assert headline(0, 0, 0) == "Không có việc nào đang chờ"


def test_the_bar_holds_what_the_role_opens(
    story: Story, commune_officer: Any, border_officer: Any, minister: Any
) -> None:
    def sections(account: Any) -> list[str]:
        return [item.label for item in as_officer(account).get("/desk/").context["desk_nav"]]

    watch = ["Ca bệnh", "Ổ dịch", "Nơi sốt tăng", "Theo dõi", "Bluezone", "Nơi quét mã"]
    station = ["Việc hôm nay", *watch, "Quyền dữ liệu"]
    assert sections(commune_officer) == station
    assert sections(story.officer) == [*station, "Cán bộ"]
    assert sections(minister) == [
        *watch,
        "Tờ khai",
        "Lệnh khai báo",
        "Cán bộ",
    ]
    assert sections(border_officer) == ["Quầy kiểm dịch"]


def test_the_chain_has_a_picture_and_a_table(desk: Client, story: Story, commune_officer: Any) -> None:
    page = desk.get(story.address("chain/")).content.decode()
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="chain"' in page
    assert "0 trên 1 ca đã rõ nguồn lây" in " ".join(page.split())
    assert as_officer(commune_officer).get(story.address("chain/")).status_code == 404


def test_the_map_draws_both_archipelagos_and_its_source(desk: Client, story: Story) -> None:
    story.areas.haichau.latitude, story.areas.haichau.longitude = 16.047, 108.22
    story.areas.haichau.save()
    page = text(desk.get(story.address("map/")))
    assert "Quần đảo Hoàng Sa</text>" in page and "Quần đảo Trường Sa</text>" in page
    assert "CC BY 4.0" in page
    assert "Phường Hải Châu: 1 ca, 5 tiếp xúc" in page
    assert "style=" not in page


def test_without_the_outlines_the_table_remains(desk: Client, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from lachan.register.areas import shapes

    def missing() -> Any:
        raise shapes.ShapesMissingError("run npm ci")

    monkeypatch.setattr(shapes, "province_paths", missing)
    page = text(desk.get(story.address("map/")))
    assert "Chưa cài hình bản đồ" in page and "Phường Hải Châu" in page


# ---------- officers ----------

NEW = {"name": "Phạm Thị Duyên", "username": "pham.thi.duyen", "role": "commune", "area_name": "Hòa Xuân"}


def test_an_officer_is_added_with_a_password_shown_once(desk: Client, story: Story) -> None:
    page = text(desk.post("/desk/officers/new/", NEW))
    made = Account.objects.get(username="pham.thi.duyen")
    password = page.partition('Mật khẩu đầu tiên</dt><dd class="secret">')[2].partition("<")[0]
    assert made.check_password(password)
    assert made.assignments.get().area == story.areas.hoaxuan
    assert "Phạm Thị Duyên" in text(desk.get("/desk/officers/"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"area_name": "Ba Đình"}, "Chưa thấy nơi nào tên “Ba Đình” trong địa bàn mình phụ trách"),
        ({"role": "ministry"}, "không giao ở"),
        ({"role": "province", "area_name": "Đà Nẵng"}, ""),
        ({"username": "X"}, "Ghi ít nhất ba chữ thường không dấu"),
        ({"username": "province"}, "Đã có tài khoản “province”"),
        ({"area_name": ""}, "Ghi địa bàn"),
    ],
)
def test_what_may_not_be_granted(desk: Client, story: Story, changes: dict[str, str], says: str) -> None:
    before = Account.objects.count()
    response = desk.post("/desk/officers/new/", NEW | changes)
    if says:
        assert response.status_code == 422
        assert says in text(response)
        assert Account.objects.count() == before
    else:
        assert response.status_code == 200


def test_roles_are_given_and_ended_within_the_area(
    desk: Client, story: Story, commune_officer: Any, other_commune_officer: Any, other_province_officer: Any
) -> None:
    response = desk.post(
        f"/desk/officers/{commune_officer.pk}/grant/", {"role": "commune", "area_name": "Hòa Xuân"}, follow=True
    )
    assert "Đã giao vai trò cho Đỗ Thị Sen" in text(response)
    given = RoleAssignment.objects.get(account=commune_officer, area=story.areas.hoaxuan)
    assert as_officer(other_province_officer).post(f"/desk/officers/assignments/{given.pk}/revoke/").status_code == 404
    desk.post(f"/desk/officers/assignments/{given.pk}/revoke/")
    given.refresh_from_db()
    assert given.revoked_at is not None
    own = story.officer.assignments.get()
    assert "Không tự thu hồi" in text(desk.post(f"/desk/officers/assignments/{own.pk}/revoke/", follow=True))
    assert desk.get(f"/desk/officers/{other_province_officer.pk}/grant/").status_code == 404


# ---------- words ----------


def test_people_in_a_few_words(story: Story) -> None:
    today = date(2026, 8, 13)
    person = Person(name="X", birth_date=date(1984, 8, 14), sex="female", area=story.areas.haichau)
    assert wordings.about(person, today) == "41, nữ, Hải Châu"
    assert wordings.about(Person(name="X"), today) == "chưa rõ nơi ở"
    assert wordings.short(story.areas.danang) == "Đà Nẵng"


def test_minutes_say_how_sure_they_are() -> None:
    assert [wordings.span(*pair) for pair in ((38, 38), (12, 38), (0, 38))] == ["38 phút", "12–38 phút", "tới 38 phút"]


def test_chips_put_the_strongest_first_and_count_the_rest(story: Story) -> None:
    def met(source: str, certain: int, possible: int, place: Any = None, via: int = 1) -> Exposure:
        return Exposure(
            source=source, minutes_certain=certain, minutes_possible=possible, place=place, level=1, via_id=via
        )

    market = story.market
    listed = [met("checkin", 0, 20, market), met("checkin", 30, 30, market), met("household", 0, 600)]
    shown, more = wordings.chips(listed, {}, 15)
    assert [(c.source, c.text, c.weak) for c in shown] == [
        ("home", "Cùng nhà", False),
        ("place", "Chợ Đầu Cầu 30–50 phút", False),
    ]
    assert more == 0
    many = [met("entry", n, n, None, via=n) for n in range(1, 6)]
    shown, more = wordings.chips(many, {}, 15)
    assert (len(shown), more) == (3, 2)
    assert all(chip.weak for chip in shown)
