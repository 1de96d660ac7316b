from django.apps import AppConfig


class CheckinConfig(AppConfig):
    name = "lachan.systems.checkin"
    label = "checkin"

    def ready(self) -> None:
        from lachan.register.places import footfall
        from lachan.response.tracing import sources
        from lachan.systems.checkin import chores, keeping, queries  # noqa: F401  chores register by being imported
        from lachan.systems.checkin.contact_source import CheckinSource

        keeping.register()
        footfall.register(queries.arrivals_today)
        sources.register(CheckinSource())
