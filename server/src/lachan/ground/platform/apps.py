from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "lachan.ground.platform"
    label = "platform"
    verbose_name = "Platform"
