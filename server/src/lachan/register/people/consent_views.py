"""The page where one allows a purpose and takes it back, for oneself and for each person one acts for."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from lachan.register.access.models import Account
from lachan.register.access.scope import citizen_required
from lachan.register.people import consents as ledger
from lachan.register.people import queries

EVERYBODY = "all"
BACK = "/app/health/"


@never_cache
@citizen_required
def consents(request: HttpRequest) -> HttpResponse:
    """Each purpose with who has allowed it. One press gives, one press takes back."""
    people = list(queries.acts_for(request.user))
    if request.method == "POST":
        purpose = ledger.purpose(request.POST.get("purpose", ""))
        chosen = request.POST.get("person", "")
        whom = [person for person in people if chosen in {EVERYBODY, str(person.key)}]
        if purpose is None or not whom:
            raise Http404
        by = cast(Account, request.user)
        for person in whom:
            if request.POST.get("do") == "withdraw":
                ledger.withdraw(person=person, code=purpose.code, by=by)
            else:
                ledger.give(person=person, code=purpose.code, by=by)
        messages.success(request, _("Đã ghi. Đổi lại lúc nào cũng được."))
        return redirect(f"{reverse('people:consents')}{'?from=health' if request.POST.get('from') == 'health' else ''}")
    given = ledger.in_force(people)
    rows = [
        (purpose, [(person, given.get((person.pk, purpose.code))) for person in people])
        for purpose in ledger.purposes()
    ]
    return render(
        request,
        "people/consents.html",
        {
            "rows": [(purpose, line, sum(1 for _p, c in line if c is None)) for purpose, line in rows],
            "many": len(people) > 1,
            "back": BACK if request.GET.get("from") == "health" else "",
        },
    )
