from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "lachan.response.cases"
    label = "cases"

    def ready(self) -> None:
        from lachan.response.cases import keeping

        keeping.register()
