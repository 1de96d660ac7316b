"""The languages of the traveller's pages, for their templates."""

from django import template
from django.utils.translation import get_language

from lachan.register.forms import wording
from lachan.register.forms.document import LANGUAGES

register = template.Library()


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """Code and own name of every language."""
    return list(LANGUAGES.items())


@register.simple_tag
def own_name() -> str:
    """The name of the language the page is written in."""
    return LANGUAGES.get(get_language() or "", LANGUAGES["en"])


@register.simple_tag
def machine_made() -> bool:
    """Whether the page's words are a machine's that no speaker has reviewed."""
    return wording.unreviewed(get_language() or "")
