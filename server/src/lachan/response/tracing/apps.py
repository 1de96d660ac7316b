from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "lachan.response.tracing"
    label = "tracing"
