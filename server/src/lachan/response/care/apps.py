from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CareConfig(AppConfig):
    name = "lachan.response.care"
    label = "care"

    def ready(self) -> None:
        from lachan.register.people import trail
        from lachan.response.care import actions, chores, keeping  # noqa: F401  chores register by being imported
        from lachan.response.tracing import signals

        keeping.register()
        signals.no_longer_confirmed.connect(actions.follow_contacts, dispatch_uid="care")
        trail.describe("care.plan.open", _("Bắt đầu theo dõi sức khỏe"))
        trail.describe("care.plan.end", _("Kết thúc theo dõi sức khỏe"))
        trail.describe("care.slot.report", _("Ghi số đo theo dõi"))
        trail.describe("care.task.open", _("Báo trạm y tế cần xem"))
        trail.describe("care.task.take", _("Cán bộ trạm nhận việc"))
        trail.describe("care.task.end", _("Trạm y tế đã làm xong"))
