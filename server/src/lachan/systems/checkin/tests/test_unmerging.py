"""Two people made one and two again: their scans, and the stays computed from them, are as before."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lachan.ground import audit
from lachan.register.people import merging
from lachan.systems.checkin import actions
from lachan.systems.checkin.models import Event, Visit
from lachan.systems.checkin.tests.test_keeping import scan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_checkins")]


def stays() -> list[tuple[Any, ...]]:
    return list(Visit.objects.order_by("person_id", "t_in").values_list("id", "person_id", "t_in", "certain_until"))


def test_stays_are_as_before_and_a_scan_since_stays_with_the_kept(market: Any, hanh: Any, khoi: Any) -> None:
    now = timezone.now() - timedelta(hours=4)
    hers, his = hanh.person.pk, khoi.pk
    scan(hers, market.pk, now)
    scan(his, market.pk, now + timedelta(minutes=10))
    scan(his, market.pk, now + timedelta(hours=3))
    actions.project()
    before = stays()
    with audit.acting(audit.system("tests")):
        merge = merging.merge(keep=hanh.person, drop=khoi, reason="x", by=None)
        actions.project()
        assert {person for _id, person, *_rest in stays()} == {hers}
        since = scan(hers, market.pk, now + timedelta(minutes=5))
        actions.project()
        _restored, rows = merging.undo(merge=merge, reason="x", by=None)
        actions.project()
    assert rows >= 2
    assert set(Event.objects.filter(person_id=his).values_list("at", flat=True)) == {
        now + timedelta(minutes=10),
        now + timedelta(hours=3),
    }
    assert Event.objects.get(pk=since.pk).person_id == hers
    assert [row for row in stays() if row[1] == his] == [row for row in before if row[1] == his]
    (only,) = [row for row in stays() if row[1] == hers]
    assert only[2:] == (now, now + timedelta(minutes=5))
