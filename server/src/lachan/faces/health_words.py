"""Why the rules rate somebody as they do, in the words of the form and of the rules."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from lachan.ground.platform import wording
from lachan.register.forms.models import Response
from lachan.register.forms.render import in_words, language_for


def why(codes: Sequence[str], response: Response | None, temperature: float | None = None) -> list[str]:
    """ "38,4 °C", "sốt hoặc ớn lạnh, ho", "có bệnh nền". Symptoms have the words of the form, while the answers are
    kept."""
    own = {"hot": "", "near": _("đã ở gần ca bệnh"), "frail": _("có bệnh nền")}
    said = [own[code] for code in codes if own.get(code)]
    symptoms = [code for code in codes if code not in own]
    if response is not None and symptoms:
        document = response.version.content
        question = document.question("symptoms")
        said.insert(0, in_words(document, question, symptoms, language_for(document)).lower())
    return ([] if temperature is None else [f"{wording.viet_number(temperature, 1)} °C"]) + said
