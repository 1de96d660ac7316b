from django import apps


class AppConfig(apps.AppConfig):
    name = "lachan.faces.app"
    label = "app"
