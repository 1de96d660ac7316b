"""What the daily reports may be used for, each asked for on its own."""

from django.utils.translation import gettext_lazy as _

from lachan.register.people import consents

DIARY, STATION, COUNT = "selfreport.diary", "selfreport.station", "selfreport.count"


def register() -> None:
    """Called when the room is ready."""
    consents.register(
        consents.Purpose(
            DIARY,
            _("Giữ nhật ký sức khỏe"),
            _("Câu trả lời mỗi ngày được giữ 30 ngày rồi xóa, để xem lại và để hôm sau khai nhanh."),
            _("Không đồng ý thì không khai hằng ngày được. Rút lại thì nhật ký bị xóa ngay."),
        )
    )
    consents.register(
        consents.Purpose(
            STATION,
            _("Cho trạm y tế biết khi có dấu hiệu"),
            _("Khi có sốt hoặc dấu hiệu nặng, trạm y tế nơi ở thấy tên, dấu hiệu và gọi. Mỗi lần xem đều ghi lại."),
            _("Không đồng ý thì trạm không tự gọi, vẫn xin gọi được. Rút lại thì việc đang mở bị xóa."),
        )
    )
    consents.register(
        consents.Purpose(
            COUNT,
            _("Đếm vào số người sốt, ho của phường, xã"),
            _("Chỉ đếm số người, không kèm tên, để biết sớm nơi có nhiều người sốt."),
            _("Không đồng ý cũng không mất gì. Rút lại thì những ngày đã khai thôi được đếm."),
        )
    )
