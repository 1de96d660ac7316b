from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "lachan.response.care"
    label = "care"

    def ready(self) -> None:
        from lachan.response.care import actions, chores, keeping  # noqa: F401  chores register by being imported
        from lachan.response.tracing import signals

        keeping.register()
        signals.no_longer_confirmed.connect(actions.follow_contacts, dispatch_uid="care")
