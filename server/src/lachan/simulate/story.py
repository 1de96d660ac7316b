"""The cast: a few named people, places and meetings that every demonstration and browser test can count on."""

from dataclasses import dataclass, field
from datetime import date

from lachan.simulate.clock import Calendar
from lachan.simulate.epidemic import Script
from lachan.simulate.households import Home, Human, Population
from lachan.simulate.names import FEMALE, MALE
from lachan.simulate.places import Venue
from lachan.simulate.visits import Appointment

# Commune codes of the structure in force since 1 July 2025; the city of Đà Nẵng (48).
PROVINCE = "48"
HAI_CHAU, THANH_KHE, SON_TRA, AN_HAI = "20242", "20209", "20263", "20275"
# Neighbours from the Hải Vân pass to the Marble Mountains, with rough shares of the world's people.
COMMUNES: dict[str, float] = {
    "20194": 0.05,
    "20197": 0.07,
    "20200": 0.11,
    THANH_KHE: 0.15,
    HAI_CHAU: 0.11,
    "20257": 0.10,
    "20260": 0.07,
    SON_TRA: 0.07,
    AN_HAI: 0.08,
    "20285": 0.08,
    "20305": 0.07,
    "20314": 0.04,
}

MARKET, SCHOOL, EATERY, CLINIC = "Chợ Đầu Cầu", "Trường Tiểu học Hoa Phượng", "Quán Sông Xanh", "Trạm Y tế Thanh Khê"
MEETING, DINNER, MORNING = 9, 5, 4


@dataclass(frozen=True, slots=True)
class Role:
    """One of the cast, at home in a commune; `key` is how code names them."""

    key: str
    name: str
    sex: str
    age: int
    phone: str | None = None
    guardian: str | None = None


# Household by household: commune, address, people.
HOUSEHOLDS: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    (
        THANH_KHE,
        "K8/3 Trần Cao Vân",
        (
            Role("hanh", "Nguyễn Thị Hạnh", FEMALE, 42, "+84905000418"),
            Role("lam", "Trần Văn Lâm", MALE, 44, "+84905000421"),
            Role("khoi", "Trần Minh Khôi", MALE, 9, guardian="hanh"),
            Role("sau", "Lê Thị Sáu", FEMALE, 71, guardian="hanh"),
        ),
    ),
    (
        HAI_CHAU,
        "41 Hoàng Diệu",
        (
            Role("khoa", "Trần Quốc Khoa", MALE, 38, "+84905000147"),
            Role("ngoc", "Trần Thị Bích Ngọc", FEMALE, 35, "+84905000148"),
            Role("huy", "Trần Gia Huy", MALE, 8, guardian="ngoc"),
        ),
    ),
    (SON_TRA, "K27/9 Ngô Quyền", (Role("thinh", "Đặng Văn Thịnh", MALE, 45, "+84905000112"),)),
    # Alone, without a phone, without anybody to answer for her: whom the health station has to call on.
    (THANH_KHE, "K12/5 Trần Cao Vân", (Role("muoi", "Phan Thị Mười", FEMALE, 68),)),
    (THANH_KHE, "K12/14 Hà Huy Tập", (Role("tin", "Đỗ Văn Tín", MALE, 46, "+84905000588"),)),
    (AN_HAI, "9 Nguyễn Văn Thoại", (Role("nam", "Lý Hoàng Nam", MALE, 51, "+84905000276"),)),
    (SON_TRA, "K3/2 Ngô Quyền", (Role("phat", "Huỳnh Tấn Phát", MALE, 63, "+84905000309"),)),
    (THANH_KHE, "2 Hải Phòng", (Role("lai", "Trương Thị Lài", FEMALE, 58, "+84905000500"),)),
    (THANH_KHE, "K40/7 Lê Độ", (Role("son", "Võ Văn Sơn", MALE, 36, "+84905000501"),)),
    (THANH_KHE, "118 Thái Thị Bôi", (Role("oanh", "Ngô Thị Kim Oanh", FEMALE, 47, "+84905000502"),)),
    (HAI_CHAU, "66 Trưng Nữ Vương", (Role("tam", "Hồ Văn Tám", MALE, 55, "+84905000503"),)),
    (THANH_KHE, "31 Điện Biên Phủ", (Role("hue", "Phan Thị Huệ", FEMALE, 39, "+84905000504"),)),
)
# Who answers for which place of the cast, and who stands at its gate.
OWNERS = {MARKET: "lai", SCHOOL: "oanh", EATERY: "tam", CLINIC: "hue"}
GATEKEEPERS = {MARKET: "son"}


@dataclass(slots=True)
class Cast:
    population: Population = field(default_factory=Population)
    venues: list[Venue] = field(default_factory=list)
    # Index of each person and place by key or name.
    people: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)


def gather(codes: list[str], points: list[tuple[float | None, float | None]], today: date) -> Cast:
    """The cast over the world's communes (their codes and points, in the world's order)."""
    cast = Cast()
    for commune, address, roles in HOUSEHOLDS:
        home = len(cast.population.homes)
        cast.population.homes.append(Home(codes.index(commune), address, date(today.year - 6, 3, 1)))
        for role in roles:
            cast.people[role.key] = len(cast.population.humans)
            # Born on New Year's Day, so that ages hold on every day of the year.
            born = date(today.year - role.age, 1, 1)
            cast.population.humans.append(Human(role.name, role.sex, born, home, role.phone))
    for _, _, roles in HOUSEHOLDS:
        for role in roles:
            if role.guardian:
                cast.population.humans[cast.people[role.key]].guardian = cast.people[role.guardian]
    for name, kind, commune, address, hours, capacity in (
        (MARKET, "market", THANH_KHE, "1 Điện Biên Phủ", (300, 1080), 900),
        (SCHOOL, "school", THANH_KHE, "25 Thái Thị Bôi", (390, 1050), 620),
        (EATERY, "restaurant", HAI_CHAU, "88 Trưng Nữ Vương", (540, 1320), 80),
        (CLINIC, "hospital", THANH_KHE, "K2/5 Điện Biên Phủ", (450, 1020), 40),
    ):
        cast.places[name] = len(cast.venues)
        latitude, longitude = points[codes.index(commune)]
        cast.venues.append(
            Venue(name, kind, codes.index(commune), address, *hours, capacity, 0.25, 6, latitude, longitude)
        )
    return cast


def meetings(cast: Cast, calendar: Calendar) -> list[Appointment]:
    """The stays of the story that fall into the world's days."""

    def stay(who: str, where: str, days: int, begin: tuple[int, int], end: tuple[int, int]) -> Appointment:
        return Appointment(cast.people[who], cast.places[where], calendar.ago(days, *begin), calendar.ago(days, *end))

    school_day = next(ago for ago in (3, 2, 1) if calendar.weekday(calendar.days - ago) < 5)
    told = [
        stay("thinh", EATERY, MEETING, (19, 10), (20, 14)),
        stay("khoa", EATERY, MEETING, (19, 12), (20, 18)),
        stay("khoa", EATERY, DINNER, (19, 11), (20, 15)),
        stay("nam", EATERY, DINNER, (19, 5), (20, 20)),
        stay("khoa", MARKET, MORNING, (8, 5), (9, 2)),
        stay("hanh", MARKET, MORNING, (8, 12), (8, 50)),
        stay("muoi", MARKET, MORNING, (8, 15), (8, 47)),
        stay("tin", MARKET, MORNING, (8, 40), (9, 10)),
        stay("phat", MARKET, MORNING, (8, 23), (8, 34)),
        stay("hanh", SCHOOL, school_day, (16, 40), (16, 55)),
    ]
    return [one for one in told if one.t_in >= calendar.start]


def scripts(cast: Cast, calendar: Calendar) -> list[Script]:
    """How the first two cases caught it, fell ill and were isolated."""
    thinh, khoa = cast.people["thinh"], cast.people["khoa"]
    met = calendar.days >= MEETING
    first = Script(thinh, calendar.ago(13, 18), calendar.ago(8, 7), calendar.ago(2, 16), 2.5)
    second = Script(
        khoa,
        calendar.ago(MEETING, 19, 30),
        calendar.ago(5, 6),
        calendar.ago(2, 9),
        2.5,
        by=thinh if met else None,
        place=cast.places[EATERY] if met else None,
        start=calendar.ago(MEETING, 19, 12),
        end=calendar.ago(MEETING, 20, 14),
    )
    return [first, second]
