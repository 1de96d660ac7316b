from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "lachan.faces.desk"
    label = "desk"
