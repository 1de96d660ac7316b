from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "lachan.response.tracing"
    label = "tracing"

    def ready(self) -> None:
        from lachan.response.tracing import keeping, sources

        keeping.register()
        sources.register(sources.HouseholdSource())
