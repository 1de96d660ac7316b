from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "lachan.ground.ingest"
    label = "ingest"
