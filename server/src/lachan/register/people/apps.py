from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "lachan.register.people"
    label = "people"

    def ready(self) -> None:
        from lachan.register.people import own, receivers

        receivers.connect()
        own.register()
