from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "lachan.response.tracing"
    label = "tracing"

    def ready(self) -> None:
        from lachan.response.tracing import sources

        sources.register(sources.HouseholdSource())
