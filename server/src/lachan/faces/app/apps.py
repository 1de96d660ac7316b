from django.apps import AppConfig


class AppConfig(AppConfig):
    name = "lachan.faces.app"
    label = "app"
