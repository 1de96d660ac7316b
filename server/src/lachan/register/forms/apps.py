from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "lachan.register.forms"
    label = "forms"
