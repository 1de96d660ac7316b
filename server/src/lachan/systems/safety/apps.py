from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SafetyConfig(AppConfig):
    name = "lachan.systems.safety"
    label = "safety"

    def ready(self) -> None:
        from lachan.register.people import trail
        from lachan.systems.safety import chores, keeping  # noqa: F401  chores register by being imported

        keeping.register()
        trail.describe("safety.signer.forget", _("Bỏ tên khỏi các cam kết của cơ sở"))
