from django.apps import AppConfig


class EntryFaceConfig(AppConfig):
    name = "lachan.faces.entry"
    # "entry" is the room that keeps the declarations.
    label = "entry_face"
