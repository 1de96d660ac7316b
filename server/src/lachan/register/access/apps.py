from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "lachan.register.access"
    label = "access"

    def ready(self) -> None:
        from lachan.register.access import checks, chores, receivers  # noqa: F401  registered by being imported
