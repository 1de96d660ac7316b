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
        "Không cần làm gì. Điều máy nghe được nằm lại trong máy này.",
        "Nothing to do. What this device heard stays in it.",
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
    "warned high": ("Nguy cơ cao", "High risk"),
    "warned low": ("Nguy cơ thấp", "Low risk"),
    "warned none": ("Không ở gần ca bệnh nào", "Near no case"),
    "warned unknown": ("Chưa so tệp khóa nào", "No key file compared yet"),
    "do high": (
        "Ở nhà và gọi trạm y tế. Muốn cán bộ gọi lại thì ghép máy này với điện thoại rồi trả lời ở đó.",
        "Stay at home and call the health station. To be called back, pair this device with a phone and answer there.",
    ),
    "do low": ("Theo dõi sức khỏe trong 14 ngày.", "Watch your health for 14 days."),
    "do none": ("Không cần làm gì.", "Nothing to do."),
    "do unknown": ("Chờ lần tải đầu tiên, khoảng một phút.", "Wait for the first fetch, about a minute."),
    "files": ("Tệp khóa đang giữ", "Key files kept"),
    "fetched": ("Tải xong lúc", "Fetched at"),
    "compared": ("So với máy này lúc", "Compared with this device at"),
    "next fetch": ("Lần tải tiếp theo", "Next fetch"),
    "fetch trouble": ("Chưa tải được", "Not fetched"),
    "offline": ("không tới được máy chủ, máy tự thử lại", "the server can't be reached; the device tries again"),
    "busy": ("máy chủ đang bận, máy tự thử lại", "the server is busy; the device tries again"),
    "not ours": ("địa chỉ này không phải máy chủ Bluezone", "that address is no Bluezone server"),
    "key other": (
        "máy chủ dùng khóa ký khác; hỏi cơ quan y tế trước khi tin",
        "the server signs with another key; ask the health authority before you trust it",
    ),
    "log broken": (
        "nhật ký công khai không khớp lần trước; báo cho cơ quan y tế",
        "the public log differs from before; tell the health authority",
    ),
    "file changed": (
        "tệp tải về khác tệp trong nhật ký công khai, nên không dùng",
        "what was fetched differs from the public log, so it is not used",
    ),
    "withheld": (
        "có tệp trong nhật ký công khai mà máy này không được cho xem",
        "files of the public log are not shown to this device",
    ),
    "no room": ("bộ nhớ đầy", "the disk is full"),
    "not compared": ("chưa so được với máy này", "not compared with this device"),
}


def word(name: str, language: str) -> str:
    """Raises KeyError for a word that nobody wrote."""
    return WORDS[name][LANGUAGES.index(language)]


def advice(state: State, language: str) -> str:
    return word(f"do {state.value}", language)
