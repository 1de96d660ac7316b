from django.apps import AppConfig


class SelfreportConfig(AppConfig):
    name = "lachan.systems.selfreport"
    label = "selfreport"

    def ready(self) -> None:
        from lachan.register.people import consents
        from lachan.systems.selfreport import actions, chores, keeping, purposes  # noqa: F401  chores register by import

        keeping.register()
        purposes.register()
        consents.withdrawn.connect(actions.follow_withdrawal, dispatch_uid="selfreport")
