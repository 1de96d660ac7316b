from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "lachan.response.alerts"
    label = "alerts"
