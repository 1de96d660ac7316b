from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "lachan.register.profiles"
    label = "profiles"
