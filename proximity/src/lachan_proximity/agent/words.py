"""The agent's words, Vietnamese first."""

from lachan_proximity.agent.core import State

LANGUAGES = ("vi", "en")
WORDS: dict[str, tuple[str, str]] = {
    "title": ("Máy ghi tiếp xúc gần", "Proximity device"),
    "listening": ("Đang lắng nghe", "Listening"),
    "starting": ("Đang khởi động", "Starting"),
    "adapter gone": ("Không thấy bộ Bluetooth", "The Bluetooth adapter is gone"),
    "disk full": ("Bộ nhớ đầy", "The disk is full"),
    "stopped": ("Đã dừng", "Stopped"),
    "do listening": (
        "Không cần làm gì. Máy này chưa gửi gì cho ai.",
        "Nothing to do. This device has sent nothing to anyone.",
    ),
    "do starting": ("Chờ lần nghe đầu tiên, khoảng năm giây.", "Wait for the first scan, about five seconds."),
    "do adapter gone": (
        "Cắm lại bộ Bluetooth, hoặc bật nó lên. Máy tự nghe tiếp; thời gian mất được ghi lại.",
        "Plug the adapter in again or switch it on. Listening goes on by itself; the time lost is on record.",
    ),
    "do disk full": (
        "Xóa bớt tệp trên thẻ nhớ. Các lần nghe mới đang giữ tạm trong máy.",
        "Free some space on the card. New scans are held in memory meanwhile.",
    ),
    "do stopped": ("Chạy lại chương trình để nghe tiếp.", "Start the program again to listen on."),
    "last scan": ("Lần nghe gần nhất", "Last scan"),
    "next scan": ("Lần nghe tiếp theo", "Next scan"),
    "near": ("Thiết bị ở gần, lần nghe này", "Devices near, this scan"),
    "kept": ("Lượt nghe đang giữ", "Sightings kept"),
    "identifier": ("Mã hiện tại đổi lúc", "Identifier changed at"),
    "erases": ("Giữ trong", "Kept for"),
    "days": ("ngày", "days"),
    "coverage": ("Máy đã nghe được bao nhiêu", "How much was covered"),
    "day": ("Ngày (UTC)", "Day (UTC)"),
    "share": ("Tỷ lệ thời gian nghe", "Share of time"),
    "fault": ("Trục trặc gần nhất", "Last trouble"),
    "never": ("chưa có", "not yet"),
    "waiting": ("Đang chờ ghi vào đĩa", "Waiting for the disk"),
    "retention ok": ("Đã kiểm: không còn gì quá hạn giữ", "Checked: nothing is kept past its date"),
    "retention bad": ("Có dữ liệu quá hạn chưa xóa", "Something is kept past its date"),
    "reload": ("Tải lại trang", "Load this page again"),
    "other": ("English", "Tiếng Việt"),
}


def word(name: str, language: str) -> str:
    """Raises KeyError for a word that nobody wrote."""
    return WORDS[name][LANGUAGES.index(language)]


def advice(state: State, language: str) -> str:
    return word(f"do {state.value}", language)
