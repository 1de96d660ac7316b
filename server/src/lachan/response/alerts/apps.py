from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlertsConfig(AppConfig):
    name = "lachan.response.alerts"
    label = "alerts"

    def ready(self) -> None:
        # Chores and receivers register by being imported.
        from lachan.register.people import trail
        from lachan.response.alerts import chores, keeping, receivers  # noqa: F401

        keeping.register()
        trail.describe("alerts.notice.issue", _("Gửi tin báo"))
        trail.describe("alerts.notice.withdraw", _("Rút tin báo"))
        trail.describe("alerts.call.take", _("Nhận cuộc gọi báo tin"))
        trail.describe("alerts.call.record", _("Ghi cuộc gọi báo tin"))
        trail.describe("alerts.help.ask", _("Nhờ trạm y tế"))
        trail.describe("alerts.help.take", _("Nhận lời nhờ"))
        trail.describe("alerts.help.act", _("Ghi cuộc gọi theo lời nhờ"))
