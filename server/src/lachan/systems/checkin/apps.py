from django.apps import AppConfig


class CheckinConfig(AppConfig):
    name = "lachan.systems.checkin"
    label = "checkin"

    def ready(self) -> None:
        from lachan.register.places import footfall
        from lachan.response.tracing import sources
        from lachan.systems.checkin import chores, keeping  # noqa: F401  chores register by being imported
        from lachan.systems.checkin.contact_source import CheckinSource
        from lachan.systems.checkin.occupancy import VisitCounter

        keeping.register()
        footfall.register(VisitCounter())
        sources.register(CheckinSource())
