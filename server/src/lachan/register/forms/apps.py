from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormsConfig(AppConfig):
    name = "lachan.register.forms"
    label = "forms"

    def ready(self) -> None:
        from lachan.register.forms.models import Draft, Response
        from lachan.register.people import holdings

        holdings.register(
            holdings.of_model(
                room="forms",
                label=_("Tờ khai đã gửi"),
                model=Response,
                person_field="person",
                fields=["version__form_id", "version__number", "answers", "answered_at", "erase_at"],
                erase_by="erase_at",
            )
        )
        holdings.register(
            holdings.of_model(
                room="forms",
                label=_("Tờ khai đang làm dở"),
                model=Draft,
                person_field="person",
                fields=["purpose", "state", "updated_at", "erase_at"],
                erase_by="erase_at",
            )
        )
