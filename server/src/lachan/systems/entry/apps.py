from django.apps import AppConfig


class EntryConfig(AppConfig):
    name = "lachan.systems.entry"
    label = "entry"

    def ready(self) -> None:
        from lachan.response.tracing import sources
        from lachan.systems.entry import keeping
        from lachan.systems.entry.contact_source import EntrySource

        keeping.register()
        sources.register(EntrySource())
