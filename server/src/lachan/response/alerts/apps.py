from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "lachan.response.alerts"
    label = "alerts"

    def ready(self) -> None:
        # Chores and receivers register by being imported.
        from lachan.response.alerts import chores, keeping, receivers  # noqa: F401

        keeping.register()
