"""Commitments, assessments, inspections: once, in any order, chained, judged by the rules of their day."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.register.people import holdings
from lachan.register.places import actions as places
from lachan.systems.safety import actions, keeping, refreshing, roots, trial, versions
from lachan.systems.safety.criteria import CriteriaError, dump, parse
from lachan.systems.safety.errors import RefusedError
from lachan.systems.safety.models import CriteriaVersion, DayRoot, Entry, Facility, Status, StatusChange
from lachan.systems.safety.tests.conftest import Phone


def test_the_same_form_arrives_once(nurse: Phone) -> None:
    said = nurse.said("commitment")
    first, new = nurse.send(said)
    again, newer = nurse.send(said)
    assert (new, newer, first.pk) == (True, False, again.pk)
    with pytest.raises(RefusedError) as refused:
        nurse.send(replace(said, answers={**said.answers, "soap": 0}))
    assert refused.value.code == "key_reused"
    assert Entry.objects.count() == 1
    assert AuditEvent.objects.filter(action="safety.commitment.record").count() == 1


def test_out_of_order_counts_by_the_time_of_filling_in(nurse: Phone) -> None:
    now = timezone.now()
    late = nurse.said("assessment", {"4": 0}, at=now - timedelta(hours=2))
    newer = nurse.said("assessment", at=now - timedelta(hours=1))
    nurse.send(newer)
    nurse.send(late)
    refreshing.refresh()
    # The older one says "unsafe"; it arrived last, and it is not the last word.
    assert Status.objects.get().declared == "safe"
    assert [e.number for e in Entry.objects.order_by("number")] == [1, 2]


def test_a_wrong_clock_is_corrected(nurse: Phone) -> None:
    at = timezone.now() - timedelta(hours=3)
    entry, _new = nurse.send(nurse.said("commitment", at=at), clock_behind=timedelta(hours=2))
    assert abs(entry.at - (at + timedelta(hours=2))) < timedelta(seconds=1)


@pytest.mark.parametrize(("moved", "code"), [(timedelta(hours=1), "future"), (timedelta(days=-8), "too_old")])
def test_a_time_that_cannot_be(nurse: Phone, moved: timedelta, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        nurse.make("commitment", at=timezone.now() + moved)
    assert refused.value.code == code
    assert not Entry.objects.exists()


def test_not_answered_is_refused(nurse: Phone) -> None:
    said = nurse.said("commitment")
    with pytest.raises(RefusedError) as refused:
        nurse.send(replace(said, answers={"soap": 1}))
    assert refused.value.code == "unanswered"


def test_a_place_that_has_not_joined(nurse: Phone, market: Any) -> None:
    with pytest.raises(RefusedError) as refused:
        Phone(market, nurse.account, "school").make("commitment")
    assert refused.value.code == "not_joined"


def test_status_follows_the_forms_and_the_feed_tells_of_it(nurse: Phone) -> None:
    refreshing.refresh()
    assert Status.objects.get().state == "none"
    nurse.make("assessment")
    nurse.make("commitment")
    refreshing.refresh()
    status = Status.objects.get()
    assert (status.state, status.declared, status.inspected) == ("safe", "safe", "")
    nurse.make("inspection", {"4": 0})
    refreshing.refresh()
    status.refresh_from_db()
    assert (status.state, status.declared, status.inspected) == ("unsafe", "safe", "unsafe")
    feed = refreshing.changes_after(0)
    assert [change.state for change in feed][-2:] == ["safe", "unsafe"]
    assert status.change == feed[-1].pk
    assert refreshing.changes_after(feed[-1].pk) == []
    assert refreshing.refresh() == 0


def test_an_unfinished_commitment_leaves_the_day_open(nurse: Phone) -> None:
    nurse.make("assessment")
    entry = nurse.make("commitment", {"soap": 0})
    assert entry.complete is False
    refreshing.refresh()
    assert Status.objects.get().state in {"due", "late"}


def test_closed_for_the_season_and_open_again(nurse: Phone, school: Any) -> None:
    nurse.make("assessment")
    nurse.make("commitment")
    with audit.acting(audit.system("tests")):
        places.pause_place(place=school, reopens_on=None)
    refreshing.follow_closures()
    refreshing.refresh()
    assert Status.objects.get().state == "paused"
    with audit.acting(audit.system("tests")):
        places.reopen_place(place=school)
    refreshing.follow_closures()
    refreshing.refresh()
    assert Status.objects.get().state == "safe"
    with audit.acting(audit.system("tests")):
        places.close_place(place=school)
    refreshing.follow_closures()
    refreshing.refresh()
    assert Status.objects.get().state == "gone"
    assert [change.state for change in StatusChange.objects.order_by("pk")][-3:] == ["paused", "safe", "gone"]


def test_every_school_late_at_once(
    school: Any, hanh: Any, area_tree: Any, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    """Two dozen of them in batches of seven: each is told once, and the numbers of the feed rise."""
    with audit.acting(audit.system("tests")):
        schools = [
            places.register_place(account=hanh, name=f"Trường {n}", kind="school", area=area_tree.haichau)
            for n in range(23)
        ]
        for place in schools:
            actions.join(place=place, code="school", by=hanh)
    monkeypatch.setattr(refreshing, "BATCH", 7)
    # They join now, so none has missed a day yet.
    Facility.objects.update(joined_at=timezone.now())
    assert refreshing.refresh() == 0
    for place in [school, *schools]:
        Phone(place, hanh, "school").make("assessment")
    assert refreshing.refresh() == 24
    before = refreshing.changes_after(0)[-1].pk
    with django_assert_max_num_queries(80):
        assert refreshing.refresh(timezone.now() + timedelta(days=5)) == 24
    late = refreshing.changes_after(before)
    assert {change.state for change in late} == {"late"}
    assert len({change.place_id for change in late}) == 24
    assert [change.pk for change in late] == sorted(change.pk for change in late)


# ---------- the chain ----------


def _tamper(statement: str, *values: Any) -> None:
    """As somebody with the keys of the database would."""
    with connection.cursor() as cursor:
        # Foreign keys are checked at the end of the transaction; a table with such checks open can't be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("safety_entry", "safety_dayroot"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, list(values))
        for table in ("safety_entry", "safety_dayroot"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def chained(nurse: Phone) -> list[Entry]:
    """Three entries received the day before yesterday and yesterday, with their roots."""
    from lachan.systems.safety import chain

    made = [nurse.make("assessment"), nurse.make("commitment"), nurse.make("commitment", {"bus": "na"})]
    previous = chain.GENESIS
    for days, entry in zip((2, 2, 1), made, strict=True):
        entry.received_at -= timedelta(days=days)
        entry.previous = previous
        entry.hash = previous = chain.link(previous, actions.linked(entry, []))
        _tamper(
            "UPDATE safety_entry SET received_at = %s, previous = %s, hash = %s WHERE id = %s",
            entry.received_at, entry.previous, entry.hash, entry.pk,
        )  # fmt: skip
    Facility.objects.update(head=previous)
    assert len(roots.publish_due()) == 2
    return made


def test_a_whole_chain_has_no_faults(chained: list[Entry]) -> None:
    found = roots.verify()
    assert (found.entries, found.facilities, found.days, found.faults) == (3, 1, 2, [])
    assert roots.publish_due() == []


def test_a_changed_answer_is_found(chained: list[Entry]) -> None:
    _tamper("UPDATE safety_entry SET answers = jsonb_set(answers, '{4}', '0') WHERE id = %s", chained[0].pk)
    assert [(f.kind, f.number) for f in roots.verify().faults] == [("changed", 1)]


def test_a_deleted_entry_is_found(chained: list[Entry]) -> None:
    _tamper("DELETE FROM safety_entry WHERE id = %s", chained[1].pk)
    kinds = {fault.kind for fault in roots.verify().faults}
    assert {"missing", "root"} <= kinds


def test_the_newest_entry_cut_off_is_found(chained: list[Entry]) -> None:
    _tamper("DELETE FROM safety_entry WHERE id = %s", chained[2].pk)
    assert {fault.kind for fault in roots.verify().faults} == {"head", "root"}


def test_a_forged_row_is_found_even_with_the_chain_hashed_anew(chained: list[Entry]) -> None:
    from lachan.systems.safety import chain

    previous = chain.GENESIS
    for entry in Entry.objects.order_by("number"):
        if entry.number == 1:
            entry.answers["4"] = 0
        entry.previous, entry.hash = previous, chain.link(previous, actions.linked(entry, []))
        previous = entry.hash
        _tamper(
            "UPDATE safety_entry SET answers = %s::jsonb, previous = %s, hash = %s WHERE id = %s",
            json.dumps(entry.answers), entry.previous, entry.hash, entry.pk,
        )  # fmt: skip
    Facility.objects.update(head=previous)
    known = dict(DayRoot.objects.values_list("day", "root"))
    faults = roots.verify().faults
    assert {fault.kind for fault in faults} == {"root"}
    # Whoever forges the roots as well is found by anybody who kept one.
    _tamper("DELETE FROM safety_dayroot")
    roots.publish_due()
    assert roots.verify().faults == []
    assert {fault.kind for fault in roots.verify(known).faults} == {"known"}


def test_another_name_is_found(chained: list[Entry]) -> None:
    Entry.objects.filter(pk=chained[1].pk).update(name="Người Khác")
    assert [(f.kind, f.number) for f in roots.verify().faults] == [("signer", 2)]


def test_names_go_on_their_date_and_the_chain_holds(chained: list[Entry]) -> None:
    _tamper("UPDATE safety_entry SET received_at = received_at - interval '400 days' WHERE id = %s", chained[2].pk)
    with audit.acting(audit.system("tests")):
        assert keeping.forget_old() == 1
    gone = Entry.objects.get(pk=chained[2].pk)
    assert (gone.name, gone.person_id, gone.nonce, gone.account_number) == ("", None, None, None)


def test_a_person_leaves_without_breaking_the_chain(chained: list[Entry], nurse: Phone) -> None:
    held = next(h for h in holdings.all_holdings() if h.model is Entry)
    person = nurse.account.person
    assert len(list(held.export(person.pk))) == 3
    assert held.erase(person.pk) == 3
    assert roots.verify().faults == []
    assert not Entry.objects.exclude(name="").exists()


@pytest.mark.parametrize("statement", ["UPDATE safety_entry SET answers = '{}'", "DELETE FROM safety_entry"])
def test_the_database_refuses_to_rewrite(chained: list[Entry], statement: str) -> None:
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# ---------- versions ----------


def test_the_rules_of_the_day_answer_for_the_past(nurse: Phone, school: Any, minister: Any) -> None:
    """A stricter rhythm from today on: what was due yesterday is not judged by it."""
    nurse.make("assessment", at=timezone.now() - timedelta(days=2))
    nurse.make("commitment")
    yesterday = timezone.now() - timedelta(days=1)
    before = refreshing.status_at(school, yesterday)
    document = dump(versions.criteria_of(CriteriaVersion.objects.get(code="school"))) | {"every_days": 1, "due_days": 1}
    with audit.acting(audit.system("tests")):
        draft = versions.draft(criteria=parse(document), by=minister)
        versions.publish(version=draft, valid_from=timezone.localdate(), by=minister)
    assert refreshing.status_at(school, yesterday) == before
    now = refreshing.status_at(school, timezone.now())
    assert now is not None and now.state == "late"
    refreshing.refresh()
    assert Status.objects.get().state == "late"
    assert CriteriaVersion.objects.get(code="school", number=1).state == "retired"
    # A form begun under the old version is still taken, and judged by it.
    old = replace(nurse.said("commitment"), number=1)
    assert nurse.send(old)[0].version.number == 1


def test_a_published_version_is_never_edited(sets: list[Any], minister: Any) -> None:
    version = CriteriaVersion.objects.get(code="school")
    for statement in ("UPDATE safety_criteriaversion SET document = '{}'", "DELETE FROM safety_criteriaversion"):
        with pytest.raises(DatabaseError, match="never edited"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with audit.acting(audit.system("tests")):
        draft = versions.draft(criteria=versions.criteria_of(version), by=minister)
        with pytest.raises(RefusedError):
            versions.publish(version=draft, valid_from=timezone.localdate() - timedelta(days=1), by=minister)
        versions.publish(version=draft, valid_from=timezone.localdate() + timedelta(days=3), by=minister)
        with pytest.raises(RefusedError):
            versions.publish(version=draft, valid_from=timezone.localdate() + timedelta(days=9), by=minister)
    assert versions.in_force("school", timezone.localdate()) == version
    assert versions.in_force("school", timezone.localdate() + timedelta(days=3)) == draft


def test_offered_by_kind_and_province(sets: list[Any], school: Any, market: Any, area_tree: Any) -> None:
    assert [v.code for v in versions.offered(school)] == ["school"]
    school.area = area_tree.badinh
    assert [v.code for v in versions.offered(school)] == ["school-hanoi", "school"]
    assert [v.code for v in versions.offered(market)] == ["market"]
    assert versions.load_shipped() == []
    with pytest.raises(CriteriaError):
        parse({})


def test_a_draft_is_tried_on_what_is_known(nurse: Phone, school: Any, minister: Any) -> None:
    """A draft that wants every criterion passed: the school that failed one would be unsafe."""
    nurse.make("assessment", {"7": 0})
    nurse.make("commitment")
    document = dump(versions.criteria_of(CriteriaVersion.objects.get(code="school")))
    with audit.acting(audit.system("tests")):
        same = versions.draft(criteria=parse(document), by=minister)
        assert trial.try_on(same).differences == []
        document["rule"]["bands"][0]["at_least"] = 15
        strict = versions.draft(criteria=parse(document), by=minister)
        found = trial.try_on(strict)
        assert [(d.place, d.now, d.then, d.days) for d in found.differences] == [(school, "safe", "unsafe", 1)]
        assert (found.tried, found.followers, found.unjudged) == (1, 1, 0)
        document["items"].append({"code": "16", "vi": "Mới", "en": "New", "source": "template"})
        new = versions.draft(criteria=parse(document), by=minister)
        assert trial.try_on(new).unjudged == 1
    assert CriteriaVersion.objects.filter(code="school", state="draft").count() == 1
