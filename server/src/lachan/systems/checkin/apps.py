from django.apps import AppConfig


class CheckinConfig(AppConfig):
    name = "lachan.systems.checkin"
    label = "checkin"

    def ready(self) -> None:
        from lachan.response.tracing import sources
        from lachan.systems.checkin import chores, keeping  # noqa: F401  chores register by being imported
        from lachan.systems.checkin.contact_source import CheckinSource

        keeping.register()
        sources.register(CheckinSource())
