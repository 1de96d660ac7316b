from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "lachan.register.places"
    label = "places"

    def ready(self) -> None:
        from lachan.register.places import chores  # noqa: F401  chores register by being imported
