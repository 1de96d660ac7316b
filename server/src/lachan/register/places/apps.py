from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "lachan.register.places"
    label = "places"
