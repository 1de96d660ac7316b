from django.apps import AppConfig


class CheckinConfig(AppConfig):
    name = "lachan.systems.checkin"
    label = "checkin"
