from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "lachan.ground.audit"
    label = "audit"

    def ready(self) -> None:
        from lachan.ground.audit import chores  # noqa: F401  registered by being imported
