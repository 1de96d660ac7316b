from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "lachan.register.access"
    label = "access"
