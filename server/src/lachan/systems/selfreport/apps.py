from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SelfreportConfig(AppConfig):
    name = "lachan.systems.selfreport"
    label = "selfreport"

    def ready(self) -> None:
        from lachan.register.people import consents, trail
        from lachan.systems.selfreport import actions, chores, keeping, purposes  # noqa: F401  chores register by import

        keeping.register()
        purposes.register()
        consents.withdrawn.connect(actions.follow_withdrawal, dispatch_uid="selfreport")
        trail.describe("selfreport.work.open", _("Báo trạm y tế cần gọi"))
        trail.describe("selfreport.work.renew", _("Báo trạm y tế cần gọi"))
        trail.describe("selfreport.work.take", _("Cán bộ trạm nhận việc"))
        trail.describe("selfreport.work.give_back", _("Cán bộ trạm trả việc"))
        trail.describe("selfreport.work.escalate", _("Quá hạn ở xã, chuyển lên tỉnh"))
        trail.describe("selfreport.work.end", _("Trạm y tế đã làm xong"))
        trail.describe("selfreport.diary.erase", _("Xóa nhật ký sức khỏe"))
