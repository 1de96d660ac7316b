from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "lachan.register.people"
    label = "people"
