from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "lachan.response.cases"
    label = "cases"
