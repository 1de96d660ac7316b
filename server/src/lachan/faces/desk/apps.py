from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "lachan.faces.desk"
    label = "desk"

    def ready(self) -> None:
        from lachan.faces.desk.bar import desk_bar
        from lachan.ground.platform.context import provide_desk_bar

        provide_desk_bar(desk_bar)
