from django.apps import AppConfig


class ProximityConfig(AppConfig):
    name = "lachan.systems.proximity"
    label = "proximity"

    def ready(self) -> None:
        from lachan.response.tracing import sources
        from lachan.systems.proximity import chores, keeping  # noqa: F401  chores register by being imported
        from lachan.systems.proximity.contact_source import ProximitySource

        keeping.register()
        sources.register(ProximitySource())
