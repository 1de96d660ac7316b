from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CheckinConfig(AppConfig):
    name = "lachan.systems.checkin"
    label = "checkin"

    def ready(self) -> None:
        from lachan.register.people import trail
        from lachan.register.places import footfall
        from lachan.response.tracing import sources
        from lachan.systems.checkin import chores, keeping, presence, unmerging  # noqa: F401  chores: by being imported
        from lachan.systems.checkin.contact_source import CheckinSource
        from lachan.systems.checkin.occupancy import VisitCounter

        keeping.register()
        unmerging.register()
        trail.describe(presence.READ, _("Xem ai đã tới một nơi"))
        trail.describe(presence.EXPORT, _("Tải danh sách ai đã tới một nơi"))
        footfall.register(VisitCounter())
        sources.register(CheckinSource())
