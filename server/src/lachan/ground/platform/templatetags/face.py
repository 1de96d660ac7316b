"""Tags and filters of the visual language. They are template builtins: no `{% load %}` is needed.

Tags draw the components of `web/static/face/*.css`; filters write facts the way the product writes them
(14:42, 9/8, 2.914, 09•• ••• 418), in Vietnamese or English after the active language.
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import CheckboxInput, CheckboxSelectMultiple, Field, RadioSelect, Select
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lachan.ground.platform import wording

register = template.Library()

#: The seven states and the word shown when a page gives none.
STATES = ("safe", "due", "late", "unsafe", "disputed", "paused", "none")
#: Where an evidence comes from, and its icon.
SOURCES = {"place": "pin", "blue": "bluetooth", "home": "house", "trip": "bus"}
_NOTICES = {"info": "info", "ok": "check", "warn": "warning", "bad": "stop"}
_MESSAGE_KINDS = {"success": "ok", "warning": "warn", "error": "bad"}
_NOT_ANSWERS = {"not_asked", "unknown", "unasked"}

register.filter("viet_time", wording.viet_time)
register.filter("viet_clock", wording.viet_clock)
register.filter("viet_moment", wording.viet_moment)
register.filter("viet_date", wording.viet_date)
register.filter("viet_day", wording.viet_day)
register.filter("viet_range", wording.viet_range)
register.filter("viet_number", wording.viet_number)
register.filter("minutes", wording.minutes)
register.filter("phone", wording.phone)
register.filter("masked_phone", wording.masked_phone)


def _use(name: str) -> SafeString:
    return format_html('<use href="{}#{}"/>', static("face/sprite.svg"), name)


def _state(name: str) -> str:
    if name not in STATES:
        raise template.TemplateSyntaxError(f"{name!r} is no state; use one of {', '.join(STATES)}")
    return name


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A 24 px line icon of `face/sprite.svg`. It is hidden from screen readers: write a word beside it."""
    return format_html('<svg class="{}" aria-hidden="true">{}</svg>', f"icon {extra}".strip(), _use(name))


@register.simple_tag
def mark() -> SafeString:
    """The mark of the house: the betel leaf that is a shield."""
    return format_html('<svg class="mark" aria-hidden="true">{}</svg>', _use("la"))


@register.simple_tag
def vein() -> SafeString:
    """The leaf veins behind a receipt, and nowhere else."""
    return format_html('<svg class="vein" aria-hidden="true">{}</svg>', _use("vein"))


@register.simple_tag
def shape(state: str, label: str = "", extra: str = "") -> SafeString:
    """The shape of a state alone. With `label`, screen readers hear it; without, a word must stand beside it."""
    css = f"st-shape {extra}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}">{}</svg>', css, label, _use(f"st-{_state(state)}")
        )
    return format_html('<svg class="{}" aria-hidden="true">{}</svg>', css, _use(f"st-{_state(state)}"))


def _state_word(state: str) -> str:
    return {
        "safe": _("An toàn"),
        "due": _("Đến hạn"),
        "late": _("Trễ"),
        "unsafe": _("Không an toàn"),
        "disputed": _("Tranh chấp"),
        "paused": _("Tạm nghỉ"),
        "none": _("Chưa đánh giá"),
    }[state]


@register.simple_tag
def status(state: str, word: str = "", extra: str = "") -> SafeString:
    """A status badge: shape, then word. The word may be the fact itself ("37,9 °C"). Raises for an unknown state."""
    css = f"st {_state(state)} {extra}".strip()
    return format_html('<span class="{}">{}{}</span>', css, shape(state), word or _state_word(state))


@register.simple_tag
def evidence(source: str, text: str, weak: bool = False) -> SafeString:
    """A chip saying who says so and how much; `weak` evidence is dashed and said to need asking.

    `source` is one of SOURCES; raises for another.
    """
    if source not in SOURCES:
        raise template.TemplateSyntaxError(f"{source!r} is no source of evidence; use one of {', '.join(SOURCES)}")
    hidden = format_html('<span class="vh">, {}</span>', _("bằng chứng yếu")) if weak else ""
    css = f"ev {source} weak" if weak else f"ev {source}"
    return format_html('<span class="{}">{}<span>{}{}</span></span>', css, icon(SOURCES[source]), text, hidden)


@register.simple_tag
def level(hops: int | str) -> SafeString:
    """F0 (case), F1 (solid), F2 (outlined), F3 and farther (dashed)."""
    hops = int(hops)
    css = f"lv f{hops}" if hops <= 2 else f"lv f{hops} far"
    return format_html('<span class="{}">F{}</span>', css, hops)


@register.simple_block_tag
def notice(content: str, kind: str = "info", glyph: str = "", extra: str = "") -> SafeString:
    """`{% notice "warn" %}…{% endnotice %}`: kinds info, ok, warn, bad, or Django's message tags."""
    kind = _MESSAGE_KINDS.get(kind, kind)
    kind = kind if kind in _NOTICES else "info"
    role = mark_safe(' role="alert"') if kind == "bad" else ""
    return format_html(
        '<div class="{}"{}>{}<div>{}</div></div>',
        f"notice {kind} {extra}".strip(),
        role,
        icon(glyph or _NOTICES[kind]),
        content,
    )


@register.simple_tag
def days(marks: Iterable[str], total: int = 0, label: str = "") -> SafeString:
    """One cell a day: "ok" seen, "miss" missed, "now" today, "" to come, up to `total` cells.

    Without `label` the words are counted from the marks ("Ngày 6/14, sót 1"); write the same words beside it.
    """
    cells = [m if m in {"ok", "miss", "now"} else "" for m in marks]
    cells += [""] * (int(total) - len(cells))
    label = label or wording.day_words(cells)
    inner = format_html_join("", "<i{}></i>", ((format_html(' class="{}"', c) if c else "",) for c in cells))
    return format_html('<span class="days" role="img" aria-label="{}">{}</span>', label, inner)


@register.simple_tag
def day_words(marks: Iterable[str], total: int = 0) -> str:
    """The words that go beside `{% days %}`: "Ngày 6/14, sót 1"."""
    cells = list(marks)
    return wording.day_words(cells + [""] * (int(total) - len(cells)))


@register.simple_tag
def steps(current: int, total: int) -> SafeString:
    """Steps of a questionnaire, `current` counted from 1."""
    kinds = ["done" if n < current else "now" if n == current else "" for n in range(1, int(total) + 1)]
    inner = format_html_join("", "<i{}></i>", ((format_html(' class="{}"', k) if k else "",) for k in kinds))
    label = _("Câu %(current)s trên %(total)s") % {"current": current, "total": total}
    return format_html('<div class="steps" role="img" aria-label="{}">{}</div>', label, inner)


@register.simple_tag
def progress(value: float, total: float = 100, label: str = "", extra: str = "progress") -> SafeString:
    """A bar from 0 to `total`; `extra="score"` draws the small one of a table."""
    return format_html(
        '<progress class="{}" value="{}" max="{}" aria-label="{}"></progress>',
        extra,
        value,
        total,
        label or _("Tiến độ"),
    )


@register.simple_tag(takes_context=True)
def here(context: template.Context, prefix: str, exact: bool = False) -> SafeString:
    """` aria-current="page"` for the page itself, ` aria-current="true"` for one below it, nothing elsewhere."""
    request = context.get("request")
    path = request.path if request is not None else ""
    if path == prefix:
        return mark_safe(' aria-current="page"')
    if not exact and path.startswith(prefix):
        return mark_safe(' aria-current="true"')
    return mark_safe("")


# ---------- forms ----------


def messages(bound: BoundField) -> list[str]:
    """What to mend at a field. Django's own "this field is required" becomes what to write or choose."""
    texts: list[str] = []
    for error in bound.form.errors.as_data().get(bound.name, []):
        plain = error.code == "required" and str(error.message) == str(Field.default_error_messages["required"])
        texts += [_missing(bound)] if plain else [str(text) for text in error.messages]
    return texts


def _missing(bound: BoundField) -> str:
    label = str(bound.label)
    if label.endswith("?"):
        return _("Chọn một câu trả lời: %(question)s") % {"question": label}
    thing = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    if isinstance(bound.field.widget, Select | CheckboxInput):
        return _("Chọn %(thing)s") % {"thing": thing}
    return _("Ghi %(thing)s") % {"thing": thing}


def _error_text(bound: BoundField) -> SafeString | str:
    if not bound.errors:
        return ""
    return format_html(
        '<p class="error-text" id="{}_error">{}<span><span class="vh">{} </span>{}</span></p>',
        bound.auto_id,
        icon("warning"),
        _("Lỗi:"),
        " ".join(messages(bound)),
    )


def _described_by(bound: BoundField, hint: str) -> str:
    ids = [f"{bound.auto_id}_hint"] if hint else []
    ids += [f"{bound.auto_id}_error"] if bound.errors else []
    return " ".join(ids)


def _hint(bound: BoundField, hint: str) -> SafeString | str:
    if not hint:
        return ""
    return format_html('<span class="hint" id="{}_hint">{}</span>', bound.auto_id, conditional_escape(hint))


def _label_text(bound: BoundField, label: str, optional: bool) -> SafeString:
    if optional and not bound.field.required:
        return format_html('{} <span class="optional">({})</span>', label, _("không bắt buộc"))
    return format_html("{}", label)


def _aria(bound: BoundField, hint: str) -> dict[str, Any]:
    attrs: dict[str, Any] = {"placeholder": False}  # a placeholder is never the label
    if described := _described_by(bound, hint):
        attrs["aria-describedby"] = described
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return attrs


def _group(bound: BoundField, label: SafeString, hint: str, css: str) -> SafeString:
    rows = []
    for option in bound.subwidgets:
        unasked = str(option.data["value"]) in _NOT_ANSWERS
        rows.append(("choice unasked" if unasked else "choice", option.tag(), option.choice_label))
    described = format_html(' aria-describedby="{}"', d) if (d := _described_by(bound, hint)) else ""
    return format_html(
        '<fieldset class="{}" id="{}_group"{}><legend class="{}">{}</legend>{}{}'
        '<div class="choices">{}</div></fieldset>',
        "group error" if bound.errors else "group",
        bound.auto_id,
        described,
        css,
        label,
        _hint(bound, hint),
        _error_text(bound),
        format_html_join("", '<label class="{}">{}<span>{}</span></label>', rows),
    )


@register.simple_tag
def field(
    bound: BoundField,
    *,
    suffix: str = "",
    width: str = "",
    label: str | None = None,
    hint: str | None = None,
    optional: bool = True,
    question: bool = False,
    inputmode: str = "",
) -> SafeString:
    """One field of a form: label above, hint, error with its icon before the input.

    `suffix` is a unit after the input ("°C"); `width` hints at the answer ("w-short", "w-mid", "code"); `label` and
    `hint` replace the form's own ("" leaves the hint out); `question` writes the label as the page's question;
    `optional=False` leaves "(không bắt buộc)" out.
    Radio and multiple-choice widgets become rows; a choice whose value is "not_asked" or "unknown" is dashed.
    """
    widget = bound.field.widget
    if bound.is_hidden:
        return SafeString(str(bound))
    hint = str(bound.help_text) if hint is None else hint
    label = str(bound.label) if label is None else label
    # the mended words of an empty field name it as the page does
    bound.label = label
    text, css = _label_text(bound, label, optional), "label question" if question else "label"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return _group(bound, text, hint, css)
    error = "field error" if bound.errors else "field"
    attrs = _aria(bound, hint) | ({"inputmode": inputmode} if inputmode else {})
    if isinstance(widget, CheckboxInput):
        return format_html(
            '<div class="{}">{}<label class="choice">{}<span>{}</span></label>{}</div>',
            error,
            _error_text(bound),
            bound.as_widget(attrs=attrs),
            label,
            _hint(bound, hint),
        )
    classes = ["input", width, str(widget.attrs.get("class", ""))]
    control = bound.as_widget(attrs=attrs | {"class": " ".join(c for c in classes if c)})
    if suffix:
        control = format_html('<div class="suffix">{}<span aria-hidden="true">{}</span></div>', control, suffix)
    head = format_html('<label class="{}" for="{}">{}</label>', css, bound.id_for_label, text)
    return format_html('<div class="{}">{}{}{}{}</div>', error, head, _hint(bound, hint), _error_text(bound), control)


def _target(bound: BoundField) -> str:
    if isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple):
        return f"{bound.auto_id}_0"
    return str(bound.id_for_label or bound.auto_id)


@register.simple_tag
def error_summary(*forms: Any) -> SafeString:
    """The list of what is still to mend, first in main; it takes the focus. Nothing when every form is in order.

    Give it forms and formsets. Use `{% error_prefix form %}` at the beginning of the title block with it.
    """
    rows: list[SafeString] = []
    for form in _flat(forms):
        rows += [format_html("<li>{}</li>", e) for e in form.non_field_errors()]
        for name in form.errors:
            if name in form.fields:
                bound = form[name]
                rows += [format_html('<li><a href="#{}">{}</a></li>', _target(bound), text) for text in messages(bound)]
    if not rows:
        return mark_safe("")
    return format_html(
        '<div class="error-summary" role="alert" tabindex="-1" autofocus><h2>{}</h2><ul>{}</ul></div>',
        wording.things_to_mend(len(rows)),
        format_html_join("", "{}", ((r,) for r in rows)),
    )


@register.simple_tag
def error_prefix(*forms: Any) -> str:
    """ "Lỗi: " when a form has errors, for the page's title."""
    return _("Lỗi: ") if any(form.errors for form in _flat(forms)) else ""


def _flat(forms: Iterable[Any]) -> list[Any]:
    flat: list[Any] = []
    for form in forms:
        flat += (
            list(form.forms) if hasattr(form, "management_form") else [form] if form is not None and form != "" else []
        )
    return [form for form in flat if getattr(form, "is_bound", False)]
