"""The officers of the area: who holds which role where; giving and ending roles."""

import secrets

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lachan.faces.desk import reach
from lachan.ground.platform.text import fold
from lachan.register.access import actions
from lachan.register.access.models import Account, RoleAssignment
from lachan.register.access.roles import ROLES, Permission
from lachan.register.access.scope import require, visible
from lachan.register.areas import queries as areas
from lachan.register.areas.models import Area, Level

# No letters that are read as digits, so that it can be told over the phone.
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"
MAX_OFFERED = 12


class RoleForm(forms.Form):
    """A role over an area, found by typing its name."""

    role = forms.ChoiceField(
        label=gettext_lazy("Vai trò"),
        choices=[("", gettext_lazy("Chọn vai trò")), *((code, role.name) for code, role in ROLES.items())],
    )
    area_name = forms.CharField(
        label=gettext_lazy("Địa bàn"), max_length=120, help_text=gettext_lazy("Ghi tên, ví dụ Hải Châu, Đà Nẵng")
    )
    area_id = forms.TypedChoiceField(
        label=gettext_lazy("Chọn một nơi"), coerce=int, required=False, widget=forms.RadioSelect, empty_value=None
    )
    area: Area | None = None

    def __init__(self, *args: object, account: Account, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.scope = visible(account, Permission.OFFICER_GRANT)
        typed = str(self.data.get(self.add_prefix("area_name"), "")) if self.is_bound else ""
        self.offered = self._offer(typed) if typed.strip() else []
        choice = self.fields["area_id"]
        assert isinstance(choice, forms.TypedChoiceField)  # noqa: S101  declared above
        choice.choices = self.offered

    @property
    def asks(self) -> bool:
        """Whether the page must show the choices."""
        return len(self.offered) > 1

    def _offer(self, typed: str) -> list[tuple[int, str]]:
        found = [f.area_id for f in areas.search(typed, levels=[Level.PROVINCE, Level.COMMUNE], limit=60) if f.in_force]
        if fold(typed.strip()) in {"viet nam", "ca nuoc"}:
            found = [areas.country().pk, *found]
        mine = set(Area.objects.filter(pk__in=found).filter(pk__in=self.scope).values_list("pk", flat=True))
        kept = [pk for pk in found if pk in mine][:MAX_OFFERED]
        written = areas.paths(kept)
        return [(pk, written[pk]) for pk in kept]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if "area_name" not in data:
            return data
        if not self.offered:
            message = _("Chưa thấy nơi nào tên “%(typed)s” trong địa bàn mình phụ trách.")
            self.add_error("area_name", message % {"typed": str(data["area_name"])[:60]})
            return data
        chosen = data.get("area_id")
        if chosen is None and len(self.offered) == 1:
            chosen = self.offered[0][0]
        if chosen is None:
            if "area_id" not in self.errors:
                self.add_error("area_id", _("Chọn một nơi trong danh sách dưới đây"))
            return data
        self.area = Area.objects.get(pk=chosen)
        return data


class OfficerForm(RoleForm):
    """A new officer."""

    name = forms.CharField(label=gettext_lazy("Họ và tên"), max_length=120)
    username = forms.RegexField(
        label=gettext_lazy("Tên đăng nhập"),
        regex=r"^[a-z0-9][a-z0-9._-]{2,60}$",
        help_text=gettext_lazy("Chữ thường không dấu, số, dấu chấm. Ví dụ pham.thi.duyen"),
        error_messages={"invalid": gettext_lazy("Ghi ít nhất ba chữ thường không dấu, ví dụ pham.thi.duyen")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    field_order = ["name", "username", "role", "area_name", "area_id"]


@require(Permission.OFFICER_GRANT)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Officers with a live role within the area."""
    account = reach.officer(request)
    held = (
        RoleAssignment.objects.filter(
            revoked_at=None,
            account__is_officer=True,
            account__is_active=True,
            area__in=visible(account, Permission.OFFICER_GRANT),
        )
        .select_related("account", "area")
        .order_by("area__level", "area__name", "account__name", "pk")
    )
    total = held.count()
    listed = [(assignment, _role_name(assignment.role)) for assignment in held[:500]]
    return render(request, "desk/officers.html", {"rows": listed, "total": total})


def _role_name(code: str) -> str:
    return str(ROLES[code].name) if code in ROLES else code


@require(Permission.OFFICER_GRANT)
def new(request: HttpRequest) -> HttpResponse:
    """A new officer's account, with a first password that is shown once."""
    account = reach.officer(request)
    form = OfficerForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid() and form.area is not None:
        password = "-".join("".join(secrets.choice(_LETTERS) for _n in range(4)) for _m in range(4))
        data = form.cleaned_data
        try:
            made = actions.create_officer(
                username=data["username"],
                name=data["name"],
                password=password,
                role=data["role"],
                area=form.area,
                by=account,
            )
        except (ValueError, actions.NotAllowedError) as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            context = {"made": made, "password": password, "role": _role_name(data["role"]), "area": form.area}
            response = render(request, "desk/officer_made.html", context)
            response["Cache-Control"] = "no-store"
            return response
    return render(request, "desk/officer_new.html", {"form": form}, status=422 if request.method == "POST" else 200)


@require(Permission.OFFICER_GRANT)
def grant(request: HttpRequest, number: int) -> HttpResponse:
    """One more role for an officer of the area."""
    account = reach.officer(request)
    theirs = RoleAssignment.objects.filter(
        account=number, revoked_at=None, area__in=visible(account, Permission.OFFICER_GRANT)
    ).select_related("account")
    first = theirs.first()
    if first is None:
        raise Http404
    form = RoleForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid() and form.area is not None:
        try:
            actions.grant_role(account=first.account, role=form.cleaned_data["role"], area=form.area, by=account)
        except (ValueError, actions.NotAllowedError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Đã giao vai trò cho %(name)s.") % {"name": first.account.name})
            return redirect("desk:officers")
    context = {"form": form, "theirs": first.account}
    return render(request, "desk/officer_grant.html", context, status=422 if request.method == "POST" else 200)


@require(Permission.OFFICER_GRANT)
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End a role. One's own last word is not taken from oneself by mistake: another officer does that."""
    account = reach.officer(request)
    assignment = (
        RoleAssignment.objects.filter(pk=number, area__in=visible(account, Permission.OFFICER_GRANT))
        .select_related("account", "area")
        .first()
    )
    if assignment is None:
        raise Http404
    if assignment.account_id == account.pk:
        messages.error(request, _("Không tự thu hồi vai trò của mình. Nhờ một cán bộ khác."))
        return redirect("desk:officers")
    try:
        actions.revoke_role(assignment=assignment, by=account)
    except actions.NotAllowedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Đã thu hồi vai trò của %(name)s.") % {"name": assignment.account.name})
    return redirect("desk:officers")
