"""The forms of a set of criteria as Django forms: what a page without a script sends."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lachan.systems.safety.criteria import NA, Criteria, Item
from lachan.systems.safety.reading import words


def _of_item(item: Item) -> list[tuple[str, str]]:
    if item.options:
        rows = [(str(option.points), f"{words(option)} ({option.points})") for option in item.options]
    elif item.points == 1:
        rows = [("1", _("Đạt")), ("0", _("Không đạt"))]
    else:
        rows = [(str(points), str(points)) for points in range(item.points, -1, -1)]
    return rows + ([(NA, _("Không áp dụng"))] if item.optional else [])


class AnswersForm(forms.Form):
    """One field for each item or task, named `a-<code>`; a hidden key so that sending twice stores once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    criteria = forms.CharField(widget=forms.HiddenInput)
    number = forms.IntegerField(widget=forms.HiddenInput)
    photo = forms.FileField(required=False, label=gettext_lazy("Ảnh"))

    def __init__(self, *args: Any, questions: list[tuple[str, str, list[tuple[str, str]]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [code for code, _label, _choices in questions]
        for code, label, choices in questions:
            self.fields[f"a-{code}"] = forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)

    def answers(self) -> dict[str, int | str]:
        """Points, or "na", by code."""
        given = {code: self.cleaned_data[f"a-{code}"] for code in self.codes}
        return {code: value if value == NA else int(value) for code, value in given.items()}


def daily_form(criteria: Criteria, *args: Any, **kwargs: Any) -> AnswersForm:
    """The day's tasks."""
    done = [("1", _("Đã làm")), ("0", _("Chưa làm"))]
    questions = [
        (task.code, words(task), done + ([(NA, _("Không áp dụng"))] if task.optional else []))
        for task in criteria.daily.tasks
    ]
    return AnswersForm(*args, questions=questions, **kwargs)


def full_form(criteria: Criteria, *args: Any, **kwargs: Any) -> AnswersForm:
    """All criteria."""
    questions = [(item.code, words(item), _of_item(item)) for item in criteria.items]
    return AnswersForm(*args, questions=questions, **kwargs)


class JoinForm(forms.Form):
    """Which of the sets that fit the place it follows."""

    criteria = forms.ChoiceField(label=gettext_lazy("Bộ tiêu chí"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criteria"].choices = choices  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    """The facility's right of reply, public beside the inspection."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("Trả lời của cơ sở"),
        help_text=gettext_lazy(
            "Hiện công khai cạnh kết quả kiểm tra và không sửa lại được. Không ghi tên, số điện thoại."
        ),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
