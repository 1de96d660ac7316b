from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "lachan.register.access"
    label = "access"

    def ready(self) -> None:
        from lachan.ground.platform.api import guard_with
        from lachan.register.access import checks, chores, receivers  # noqa: F401  registered by being imported
        from lachan.register.access.tokens import require_device

        guard_with("device", require_device)
