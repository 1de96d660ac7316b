from django.apps import AppConfig


class AreasConfig(AppConfig):
    name = "lachan.register.areas"
    label = "areas"
