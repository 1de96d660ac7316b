"""The officer's top bar: the sections that the role opens, the name, and over which area."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lachan.ground.platform.context import DeskBar, NavItem
from lachan.register.access.models import Account
from lachan.register.access.roles import ROLES, Permission
from lachan.register.access.scope import assignments, has_second_factor


def sections(permissions: frozenset[Permission]) -> list[NavItem]:
    """The sections a holder of these permissions may open."""
    offered = [
        (Permission.CALL_LIST, _("Việc hôm nay"), "/desk/today/"),
        (Permission.CASE_READ, _("Ca bệnh"), "/desk/cases/"),
        (Permission.CONTACT_READ, _("Ổ dịch"), "/desk/outbreaks/"),
        (Permission.CONTACT_READ, _("Nơi sốt tăng"), "/desk/signals/"),
        (Permission.CONTACT_READ, _("Theo dõi"), "/desk/care/"),
        (Permission.CASE_READ, "Bluezone", "/desk/bluezone/"),
        (Permission.PLACE_READ, _("Nơi quét mã"), "/desk/places/"),
        (Permission.PERSON_WRITE, pgettext("mục", "Quyền dữ liệu"), "/desk/rights/"),
        (Permission.FORM_PUBLISH, pgettext("mục", "Tờ khai"), "/forms/"),
        (Permission.ENTRY_DECIDE, _("Quầy kiểm dịch"), "/desk/entry/"),
        (Permission.ENTRY_ORDER, _("Lệnh khai báo"), "/desk/entry/orders/"),
        (Permission.OFFICER_GRANT, pgettext("mục", "Cán bộ"), "/desk/officers/"),
    ]
    return [NavItem(label, url) for permission, label, url in offered if permission in permissions]


def permissions_of(account: Account) -> frozenset[Permission]:
    """What the officer may do somewhere."""
    held = assignments(account).values_list("role", flat=True)
    return frozenset().union(*(ROLES[code].permissions for code in held if code in ROLES))


def desk_bar(request: HttpRequest) -> DeskBar:
    """Empty for anyone but an officer with a proved second factor."""
    user = request.user
    if not isinstance(user, Account) or not user.is_officer or not has_second_factor(request):
        return DeskBar()
    held = list(assignments(user).select_related("area").order_by("area__level", "pk"))
    permissions = frozenset().union(*(ROLES[a.role].permissions for a in held if a.role in ROLES))
    scope = ""
    if held and held[0].role in ROLES:
        scope = f"{ROLES[held[0].role].name}, {held[0].area.name}"
    search = "/desk/people/" if Permission.PERSON_SEARCH in permissions else ""
    return DeskBar(nav=sections(permissions), name=str(user), scope=scope, search_url=search)
