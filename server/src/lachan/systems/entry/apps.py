from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EntryConfig(AppConfig):
    name = "lachan.systems.entry"
    label = "entry"

    def ready(self) -> None:
        from lachan.register.people import trail
        from lachan.response.tracing import sources
        from lachan.systems.entry import chores, keeping  # noqa: F401  chores are registered by being imported
        from lachan.systems.entry.contact_source import EntrySource

        keeping.register()
        sources.register(EntrySource())
        trail.describe("entry.declaration.open", _("Mở lại tờ khai nhập cảnh bằng mã ngắn"))
