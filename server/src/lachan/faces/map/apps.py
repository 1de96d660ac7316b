from django.apps import AppConfig


class MapConfig(AppConfig):
    name = "lachan.faces.map"
    label = "map"
