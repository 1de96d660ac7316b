"""Vietnamese names as they are given in the centre of the country, by sex and by the years of birth. Nobody real.

Shares of surnames follow the commonly quoted ones (Lê Trung Hoa, "Họ và tên người Việt Nam", 2005), with the southern forms
Huỳnh and Võ that Quảng Nam – Đà Nẵng writes. Given names are our own lists: what sounds like a grandmother, a parent, a child.
"""

import random
from itertools import accumulate

FEMALE = "female"
MALE = "male"

# Parts of a thousand.
_SURNAMES = {
    "Nguyễn": 330, "Trần": 115, "Lê": 95, "Phạm": 70, "Huỳnh": 52, "Phan": 48, "Võ": 41, "Đặng": 24, "Bùi": 20, "Hồ": 19,
    "Trương": 18, "Đỗ": 15, "Ngô": 14, "Dương": 11, "Lý": 8, "Mai": 8, "Đinh": 8, "Hoàng": 8, "Thái": 7, "Cao": 6,
    "Đoàn": 6, "Lương": 6, "Tạ": 5, "Châu": 5, "Hà": 5, "Trịnh": 5, "Tăng": 4, "Lâm": 4, "Văn": 4, "Ông": 3,
    "Kiều": 3, "Phùng": 3, "Tô": 3, "Vương": 3, "Nghiêm": 2, "La": 2, "Thân": 2, "Bạch": 1, "Mạc": 1,
}  # fmt: skip
_SURNAME_LIST = list(_SURNAMES)
_SURNAME_SUMS = list(accumulate(_SURNAMES.values()))

OLD, MIDDLE, YOUNG = "old", "middle", "young"
# The last birth year of the first two styles.
_OLD_UNTIL, _MIDDLE_UNTIL = 1966, 2004

_MIDDLES: dict[tuple[str, str], list[str]] = {
    (FEMALE, OLD): ["Thị"] * 9 + ["Ngọc", "Thu"],
    (FEMALE, MIDDLE): ["Thị"] * 5
    + ["Thị Kim", "Thị Bích", "Thị Thu", "Thị Thanh", "Thị Hồng", "Ngọc", "Thu", "Thanh", "Hoài", "Mỹ", "Thị Mỹ"],
    (FEMALE, YOUNG): ["Ngọc", "Gia", "Bảo", "Minh", "Khánh", "An", "Phương", "Thanh", "Hoàng", "Tuệ", "Ngọc Bảo", "Quỳnh"],
    (MALE, OLD): ["Văn"] * 6 + ["Đình", "Tấn", "Hữu", "Xuân", "Ngọc", "Công"],
    (MALE, MIDDLE): ["Văn"] * 4
    + ["Đình", "Tấn", "Hữu", "Quốc", "Minh", "Thanh", "Đức", "Anh", "Hoàng", "Ngọc", "Quang", "Công", "Xuân", "Viết"],
    (MALE, YOUNG): ["Gia", "Minh", "Bảo", "Hoàng", "Đức", "Quốc", "Nhật", "Anh", "Khánh", "Tuấn", "Hữu", "Phúc", "Thiên"],
}
_GIVEN: dict[tuple[str, str], list[str]] = {
    (FEMALE, OLD): (
        "Ba Bốn Năm Sáu Bảy Tám Chín Mười Lài Sen Cúc Mai Đào Huệ Lan Liễu Gái Út Hường Hoa Xuân Thu Đông Nguyệt Nhàn Thơm "
        "Xoa Sương Tuyết Lựu Mận Thảo Tâm Phượng Nữ Cẩm Vân Khương Thiện Quý"
    ).split(),
    (FEMALE, MIDDLE): (
        "Hạnh Hương Hằng Hà Hiền Hoa Huyền Lan Liên Linh Loan Ly Mai My Nga Ngân Ngọc Nguyệt Nhung Oanh Phượng Phương Quyên "
        "Thảo Thanh Thủy Thúy Thương Trang Trâm Trinh Tuyết Vân Vy Yến Diễm Dung Duyên Giang Anh Bích Châu Chi Diệu Hồng"
    ).split(),
    (FEMALE, YOUNG): (
        "Anh An Hân Ngọc Nhi Vy Thư Trâm Quỳnh Châu Chi Linh Mai My Ngân Nghi Như Phương Thảo Trang Trúc Tiên Uyên Uyển Yến "
        "Khuê Diệp Lam Hà Vân Đan Minh San"
    ).split(),
    (MALE, OLD): (
        "Ba Bốn Năm Sáu Bảy Tám Chín Mười Hai Bình Chương Cường Đông Dũng Đức Hải Hiệp Hòa Hùng Khôi Kiệm Liêm Lộc Luận Lương "
        "Mẫn Nghĩa Nhơn Phú Phước Quế Sanh Sơn Tài Tâm Thạnh Thành Thọ Tín Trung Tường Xuân Vinh"
    ).split(),
    (MALE, MIDDLE): (
        "An Bảo Bình Cường Chiến Công Danh Dũng Duy Đạt Đức Giang Hà Hải Hậu Hiếu Hiệp Hòa Hoàng Hùng Huy Hưng Khánh Khoa Khôi "
        "Kiên Lâm Long Lộc Luân Minh Nam Nghĩa Nhân Phát Phong Phú Phúc Phước Quân Quang Quốc Quý Sơn Tài Tân Thắng Thành "
        "Thịnh Thông Tiến Tín Toàn Trí Trung Trường Tú Tuấn Tùng Việt Vinh Vũ"
    ).split(),
    (MALE, YOUNG): (
        "An Anh Bách Bảo Bin Đăng Đạt Duy Dương Hải Hào Hiếu Hoàng Huy Hưng Khải Khang Khánh Khoa Khôi Kiên Kiệt Lâm Long Minh "
        "Nam Nghĩa Nguyên Nhân Nhật Phát Phong Phú Phúc Quân Quang Sơn Thiên Thịnh Tín Trí Tuấn Việt Vinh"
    ).split(),
}  # fmt: skip


def style(born: int) -> str:
    """Which lists a person born in that year is named from."""
    return OLD if born <= _OLD_UNTIL else MIDDLE if born <= _MIDDLE_UNTIL else YOUNG


def surname(rng: random.Random) -> str:
    return rng.choices(_SURNAME_LIST, cum_weights=_SURNAME_SUMS)[0]


def full_name(rng: random.Random, family: str, sex: str, born: int) -> str:
    """Surname, middle name and given name, e.g. "Nguyễn Thị Hạnh"."""
    key = sex, style(born)
    middle, given = rng.choice(_MIDDLES[key]), rng.choice(_GIVEN[key])
    # Parents avoid "Ngọc Ngọc".
    while given in middle.split():
        given = rng.choice(_GIVEN[key])
    return f"{family} {middle} {given}"
