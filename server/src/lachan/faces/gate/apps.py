from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "lachan.faces.gate"
    label = "gate"
