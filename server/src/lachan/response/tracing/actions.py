"""Tracing an outbreak, and the officers' decisions on its contacts."""

import time
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lachan.ground import audit
from lachan.register.access.models import Account
from lachan.register.profiles.document import parse
from lachan.register.profiles.queries import version_in_force
from lachan.response.cases.models import Outbreak
from lachan.response.cases.queries import windows
from lachan.response.tracing import merge, signals
from lachan.response.tracing.engine import run_hops
from lachan.response.tracing.errors import DecisionConflict, NothingToTrace, TracingError
from lachan.response.tracing.models import Contact, TraceRun
from lachan.response.tracing.rule import IndexCase, Rule
from lachan.response.tracing.sources import registered
from lachan.response.tracing.trace import Keep, keep_evidence


@transaction.atomic
def retrace(
    *, outbreak: Outbreak, by: Account | None, depth: int | None = None, now: datetime | None = None
) -> TraceRun:
    """Trace every probable and confirmed case of the outbreak by the rules in force and merge what is found.

    Decisions stay; contacts no longer found become current=False. `TraceRun.found` tells the contacts per level
    ("levels"), the hops, and what changed: "new", "back", "gone", "moved" (counts, and their ids under "ids").
    Raises NothingToTrace, or TracingError when the disease does not pass from person to person.
    """
    started = time.perf_counter()
    moment = now or timezone.now()
    # One trace of an outbreak at a time.
    Outbreak.objects.select_for_update().get(pk=outbreak.pk)
    version = version_in_force(outbreak.disease_id, timezone.localtime(moment).date())
    profile = parse(version.document)
    if not profile.person_to_person:
        raise TracingError(
            _("%(disease)s không lây từ người sang người nên không truy vết.") % {"disease": profile.name}
        )
    index = [IndexCase(case.pk, case.person_id, start, end) for case, start, end in windows(outbreak, profile, moment)]
    if not index:
        raise NothingToTrace(_("Ổ dịch chưa có ca nào có thể hoặc xác định, nên chưa truy vết được."))
    sources, rule, levels = registered(), Rule.of(profile), depth or profile.depth
    dismissed = Contact.objects.filter(outbreak=outbreak, status=Contact.Status.DISMISSED)
    hops = run_hops(
        index=index,
        sources=sources,
        rule=rule,
        horizon=moment,
        depth=levels,
        excluded=list(dismissed.values_list("person_id", flat=True)),
    )
    keep_evidence(sources, rule, Keep.DECISIVE)
    change = merge.merge(
        outbreak_id=outbreak.pk,
        keep_days=profile.contact_retention_days,
        sources=[(source.name, source.at_place) for source in sources],
    )
    run = TraceRun.objects.create(
        outbreak=outbreak,
        profile=version,
        horizon=moment,
        depth=levels,
        found={"levels": merge.counts(), "hops": [[h.expanded, h.meetings, h.advanced] for h in hops]} | change.found(),
        started_at=moment,
        milliseconds=round((time.perf_counter() - started) * 1000),
        by=by,
    )
    # A contact who has become a case was rightly warned.
    unfounded = Contact.objects.filter(pk__in=change.gone).exclude(person__in=[case.person_id for case in index])
    if contacts := list(unfounded):
        signals.no_longer_confirmed.send(sender=Contact, contacts=contacts, by=by)
    audit.record(
        action="tracing.run",
        subjects=[case.person_id for case in index] + merge.people(),
        obj=run,
        detail={"outbreak": outbreak.pk},
    )
    return run


def _lock_as_seen(contact: Contact) -> Contact:
    """The contact's row, locked. Raises DecisionConflict when it is no longer as the officer's `contact` says."""
    locked = Contact.objects.select_for_update(of=("self",)).select_related("decided_by").get(pk=contact.pk)
    if (locked.status, locked.decided_at) != (contact.status, contact.decided_at):
        who = locked.decided_by.get_full_name() if locked.decided_by else _("một cán bộ khác")
        raise DecisionConflict(
            _("%(who)s vừa chuyển người này thành “%(status)s”. Xem lại rồi quyết định.")
            % {"who": who, "status": locked.get_status_display()}
        )
    return locked


def _decide(contact: Contact, status: Contact.Status, by: Account | None, reason: str, action: str) -> Contact:
    locked = _lock_as_seen(contact)
    before = locked.status
    decided = status != Contact.Status.FOUND
    for one in (locked, contact):
        one.status = status
        one.reason = reason
        one.decided_at = timezone.now() if decided else None
        one.decided_by = by if decided else None
    contact.decided_at = locked.decided_at
    locked.save(update_fields=["status", "reason", "decided_at", "decided_by"])
    if before == Contact.Status.CONFIRMED and status != Contact.Status.CONFIRMED:
        signals.no_longer_confirmed.send(sender=Contact, contacts=[locked], by=by)
    audit.record(action=action, subject=locked.person_id, obj=locked, detail={"before": before})
    return locked


@transaction.atomic
def confirm(*, contact: Contact, by: Account | None) -> Contact:
    """The officer agrees that this person was exposed. `contact` is as the officer saw it. Raises DecisionConflict."""
    return _decide(contact, Contact.Status.CONFIRMED, by, "", "tracing.contact.confirm")


@transaction.atomic
def confirm_all(*, contacts: Sequence[Contact], by: Account | None) -> int:
    """Confirm each of them, or none: raises DecisionConflict for the first that another officer decided on."""
    for contact in sorted(contacts, key=lambda c: c.pk):
        confirm(contact=contact, by=by)
    return len(contacts)


@transaction.atomic
def dismiss(*, contact: Contact, reason: str, by: Account | None) -> Contact:
    """The officer finds that this person was not exposed; the next trace does not pass through them.

    Raises TracingError without a reason, DecisionConflict.
    """
    if not reason.strip():
        raise TracingError(_("Ghi lý do bỏ, ví dụ “có vách kính ngăn, không nói chuyện”."), field="reason")
    return _decide(contact, Contact.Status.DISMISSED, by, reason.strip(), "tracing.contact.dismiss")


@transaction.atomic
def undo(*, contact: Contact, by: Account | None) -> Contact:
    """Take a decision back: the contact waits for review again. Raises DecisionConflict."""
    return _decide(contact, Contact.Status.FOUND, by, "", "tracing.contact.undo")
