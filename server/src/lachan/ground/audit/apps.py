from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "lachan.ground.audit"
    label = "audit"
