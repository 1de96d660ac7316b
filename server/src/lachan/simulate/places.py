"""Four hundred places of the dispatch's kinds: invented names one believes, hours, staff, popularity with a long tail."""

import random
from dataclasses import dataclass
from itertools import accumulate

from lachan.simulate.households import address

# Zipf–Mandelbrot within a kind: weight of the k-th most popular is 1 / (k + Q)^S.
ZIPF_S, ZIPF_Q = 0.8, 10.0
JITTER_DEGREES = 0.008


@dataclass(frozen=True, slots=True)
class Habit:
    """How people use a kind of place. Minutes; `peaks` are (minute of the day, spread, share); `hours` are choices."""

    share: float
    visits: float
    stay: float
    spread: float
    peaks: tuple[tuple[int, int, float], ...]
    hours: tuple[tuple[int, int] | None, ...]
    staff: tuple[int, int]
    weekend: float
    # Chance of infection in an hour beside one average infectious person.
    hazard: float


HABITS: dict[str, Habit] = {
    "restaurant": Habit(
        0.36, 0.30, 42, 0.45, ((425, 40, 0.3), (705, 40, 0.35), (1130, 60, 0.35)), ((360, 1320), (540, 1320)), (2, 6), 1.2, 0.10
    ),
    "office": Habit(0.16, 0.07, 30, 0.6, ((520, 50, 0.6), (860, 60, 0.4)), ((450, 1020),), (8, 30), 0.0, 0.03),
    "school": Habit(0.12, 0.06, 15, 0.5, ((410, 15, 0.5), (1005, 25, 0.5)), ((390, 1050),), (8, 24), 0.0, 0.03),
    "lodging": Habit(0.09, 0.012, 640, 0.25, ((1080, 120, 0.7), (840, 60, 0.3)), (None,), (2, 8), 1.3, 0.02),
    "supermarket": Habit(
        0.08, 0.17, 32, 0.5, ((600, 70, 0.3), (1060, 60, 0.4), (1190, 50, 0.3)), ((480, 1320), (420, 1320)), (4, 16), 1.4, 0.03
    ),
    "hospital": Habit(0.06, 0.06, 75, 0.6, ((490, 60, 0.6), (870, 60, 0.4)), ((450, 1020), None), (6, 25), 0.4, 0.05),
    "market": Habit(
        0.035, 0.22, 27, 0.45, ((395, 45, 0.55), (545, 60, 0.2), (1000, 45, 0.25)), ((300, 1080), (300, 1140)), (4, 10), 1.2, 0.035
    ),
    "worship": Habit(0.035, 0.03, 55, 0.35, ((350, 30, 0.3), (1090, 40, 0.7)), ((300, 1260),), (1, 3), 1.8, 0.05),
    "transport": Habit(0.015, 0.03, 28, 0.4, ((400, 60, 0.5), (1030, 80, 0.5)), ((240, 1380),), (4, 10), 1.3, 0.04),
    "event": Habit(0.015, 0.01, 110, 0.25, ((540, 40, 0.4), (1130, 30, 0.6)), ((420, 1320),), (2, 5), 2.0, 0.10),
    "other": Habit(0.03, 0.038, 50, 0.5, ((530, 60, 0.4), (1080, 80, 0.6)), ((360, 1260),), (1, 5), 1.1, 0.05),
}  # fmt: skip

_HEADS: dict[str, tuple[str, ...]] = {
    "restaurant": (
        "Quán", "Nhà hàng", "Cà phê", "Mì Quảng", "Cơm gà", "Bún chả cá", "Bánh xèo", "Hải sản", "Cơm tấm", "Phở", "Trà sữa"
    ),
    "office": ("Công ty", "Văn phòng", "Xí nghiệp may", "Bưu cục", "Chi nhánh ngân hàng", "Trung tâm dịch vụ"),
    "school": ("Trường Tiểu học", "Trường Mầm non", "Trường THCS", "Trường THPT"),
    "lodging": ("Khách sạn", "Nhà nghỉ", "Homestay", "Nhà trọ"),
    "supermarket": ("Siêu thị", "Siêu thị mini", "Trung tâm thương mại"),
    "hospital": ("Bệnh viện Đa khoa", "Phòng khám", "Nhà thuốc bệnh viện"),
    "market": ("Chợ",),
    "worship": ("Chùa", "Nhà thờ", "Đình", "Tịnh xá"),
    "transport": ("Bến xe", "Bến thuyền", "Trạm xe buýt"),
    "event": ("Nhà văn hóa", "Trung tâm Hội nghị", "Nhà thi đấu"),
    "other": ("Phòng tập", "Nhà sách", "Tiệm tóc", "Thư viện", "Rạp phim", "Hồ bơi"),
}  # fmt: skip
_TAILS: dict[str, tuple[str, ...]] = {
    "restaurant": (
        "Sông Trăng", "Bà Năm", "Chú Tư", "Cô Ba", "Hoa Giấy", "Gió Biển", "Góc Phố", "Bếp Quê", "Lá Chuối", "Nắng Sớm",
        "Ngõ Nhỏ", "Mây Trắng", "Hẻm Xưa", "Vườn Ổi", "Cây Bàng", "Thúng Tre", "Ghe Đỏ", "Ông Tám", "Dì Út", "Bờ Kè",
    ),
    "office": (
        "Sao Mai", "Biển Bạc", "Đại Phong", "Tân Hưng", "Minh Trí", "Cát Vàng", "Hải Đăng", "Bình Yên", "Nam Sơn", "An Phước",
        "Việt Lộc", "Đông Triều", "Phú Cường", "Thuận An",
    ),
    "school": (
        "Hoa Sen", "Hướng Dương", "Bằng Lăng", "Ánh Dương", "Vành Khuyên", "Măng Non", "Bình Minh", "Sao Sáng", "Tuổi Thơ",
        "Cánh Diều", "Hoa Cúc", "Sơn Ca", "Trúc Xanh", "Hòa Mi", "Bạch Dương",
    ),
    "lodging": ("Sóng Xanh", "Cát Trắng", "Đồi Thông", "Trăng Khuyết", "Vỏ Ốc", "Hàng Dừa", "Cánh Buồm", "San Hô", "Bãi Rạng"),
    "supermarket": ("Đầm Sen", "Nhà Mình", "Ba Miền", "Gia Phúc", "Ngã Tư", "Xuân Hạ", "Phố Mới", "Tiện Nhà", "Đất Việt"),
    "hospital": ("Tâm Phúc", "Thiện Nhân", "An Lành", "Bình An", "Lá Xanh", "Hồng Ân", "Đức Tâm"),
    "market": (
        "Bến Phao", "Cồn Dừa", "Xóm Lưới", "Gò Mít", "Cây Sanh", "Bàu Sen", "Giếng Làng", "Ngã Năm", "Cửa Lạch", "Đồng Lúa",
        "Rạng Đông", "Mù U", "Vườn Cau", "Hàng Tre", "Bến Trúc", "Đò Ngang",
    ),
    "worship": ("Linh Quang", "Phước Duyên", "Long Thạnh", "Tịnh Tâm", "Hải Tạng", "Từ Hạnh", "An Lạc"),
    "transport": ("Cầu Vồng", "Đầu Bạch", "Sông Hàm", "Ngã Bảy", "Chân Đèo"),
    "event": ("Hoa Ban", "Sông Nước", "Biển Đông", "Tuổi Trẻ"),
    "other": ("Khỏe Mỗi Ngày", "Trang Giấy", "Mái Ngói", "Con Sóng", "Ban Mai", "Sức Trẻ"),
}  # fmt: skip


@dataclass(slots=True)
class Venue:
    """One place. Hours are minutes of the local day (None: always open); `weight` its popularity within its kind."""

    name: str
    kind: str
    commune: int
    address: str
    opens: int | None
    closes: int | None
    capacity: int
    weight: float
    staff: int
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Ground:
    """A commune as the imagination needs it: its bare name ("Thanh Khê"), its share of the people, a point inside it."""

    name: str
    share: float
    latitude: float | None
    longitude: float | None


def build(rng: random.Random, *, grounds: list[Ground], count: int, cast: list[Venue]) -> list[Venue]:
    """`count` places, those of the cast first, each kind in its share and at least one of each where there is room."""
    venues = list(cast)
    taken = {venue.name for venue in venues}
    ranks = dict.fromkeys(HABITS, 0)
    for venue in venues:
        ranks[venue.kind] += 1
    sums = list(accumulate(ground.share for ground in grounds))
    clinics = [f"Trạm Y tế {ground.name}" for ground in grounds]
    for kind in _kinds(count, ranks):
        commune = rng.choices(range(len(grounds)), cum_weights=sums)[0]
        name = None
        if kind == "hospital":
            free = [index for index, clinic in enumerate(clinics) if clinic not in taken]
            if free:
                commune, name = free[0], clinics[free[0]]
        name = name or _name(rng, kind, taken, grounds[commune].name)
        taken.add(name)
        ranks[kind] += 1
        venues.append(_venue(rng, name, kind, commune, grounds[commune], ranks[kind]))
    return venues


def _kinds(count: int, have: dict[str, int]) -> list[str]:
    """The kinds still to be built, the one furthest below its share first."""
    have = dict(have)
    wanted: list[str] = []
    for _ in range(count - sum(have.values())):
        kind = max(HABITS, key=lambda k: HABITS[k].share * count - have[k])
        have[kind] += 1
        wanted.append(kind)
    return wanted


def _name(rng: random.Random, kind: str, taken: set[str], commune: str) -> str:
    for _ in range(60):
        name = f"{rng.choice(_HEADS[kind])} {rng.choice(_TAILS[kind])}"
        if name not in taken:
            return name
    number = 1
    while f"{name} {commune} {number}" in taken:
        number += 1
    return f"{name} {commune} {number}"


def weight(kind: str, rank: int) -> float:
    """Popularity of the rank-th place of a kind (from 1). Markets are few, so their curve is steeper from the start."""
    return float((rank + (2.0 if kind == "market" else ZIPF_Q)) ** -ZIPF_S)


def _venue(rng: random.Random, name: str, kind: str, commune: int, ground: Ground, rank: int) -> Venue:
    habit = HABITS[kind]
    hours = (450, 1020) if name.startswith("Trạm Y tế") else rng.choice(habit.hours)
    size = weight(kind, rank) / weight(kind, 1)
    low, high = habit.staff
    north, east = rng.gauss(0, JITTER_DEGREES), rng.gauss(0, JITTER_DEGREES)
    return Venue(
        name=name,
        kind=kind,
        commune=commune,
        address=address(rng, lane=0.1),
        opens=hours[0] if hours else None,
        closes=hours[1] if hours else None,
        capacity=round(20 + size * rng.uniform(40, 400)),
        weight=weight(kind, rank) * rng.lognormvariate(0, 0.35),
        staff=round(low + (high - low) * size * rng.random()),
        latitude=None if ground.latitude is None else round(ground.latitude + north, 5),
        longitude=None if ground.longitude is None else round(ground.longitude + east, 5),
    )
