from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "lachan.register.people"
    label = "people"

    def ready(self) -> None:
        from lachan.register.people import checks, chores, own, own_matching, receivers, working_days  # noqa: F401

        receivers.connect()
        own.register()
        own_matching.register()
