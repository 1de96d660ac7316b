"""A correction and a decision at the same moment: one of them comes first, and the other is told."""

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from lachan.ground import audit
from lachan.register.forms.validate import today
from lachan.systems.entry import actions, deciding
from lachan.systems.entry.models import ActivationOrder, Decision, Declaration, Gate
from lachan.systems.entry.tests.conftest import tomorrow, traveller, trip
from lachan.testing.cast import Areas

pytestmark = pytest.mark.django_db(transaction=True)


def _waits() -> bool:
    """Whether somebody waits for a lock of this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def one_after_the_other(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Begin the second while the first is done but not committed; the error, or None, of the second alone."""
    failed: list[Any] = []

    def late() -> None:
        try:
            with audit.acting(audit.system("tests")):
                second()
        except ValueError as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    with transaction.atomic(), audit.acting(audit.system("tests")):
        first()
        thread.start()
        until = time.monotonic() + 20
        while not _waits() and thread.is_alive() and time.monotonic() < until:
            time.sleep(0.01)
        assert _waits(), "the second did not wait for the first"
    thread.join(20)
    assert not thread.is_alive()
    return failed


@pytest.fixture
def declaration(order: ActivationOrder, airport: Gate, area_tree: Areas) -> Declaration:
    return actions.declare(
        order=order,
        gate=airport,
        travel_day=tomorrow(),
        language="en",
        area=area_tree.haichau,
        party=actions.Party(trip(), [traveller()]),
        key=uuid4(),
    )


@pytest.fixture
def correct(declaration: Declaration, area_tree: Areas) -> Callable[[], Any]:
    party = actions.Party(trip(), [traveller("NOI", "AC9"), traveller()])
    return lambda: actions.correct(declaration=declaration, area=area_tree.haichau, party=party, revision=1)


@pytest.fixture
def decide(declaration: Declaration, border_officer: Any) -> Callable[[], Any]:
    key = uuid4()
    return lambda: deciding.decide(
        declaration=declaration,
        number=1,
        revision=1,
        kind="pass",
        at=timezone.now(),
        by=border_officer,
        key=key,
    )


def test_a_decision_during_a_correction_is_refused(
    correct: Callable[[], Any], decide: Callable[[], Any], declaration: Declaration
) -> None:
    (refused,) = one_after_the_other(correct, decide)
    assert isinstance(refused, deciding.DecisionError)
    assert refused.field == "revision"
    assert not Decision.objects.exists()
    declaration.refresh_from_db()
    assert declaration.revision == 2


def test_a_correction_during_a_decision_is_refused_and_the_decision_stays(
    correct: Callable[[], Any], decide: Callable[[], Any], declaration: Declaration
) -> None:
    (refused,) = one_after_the_other(decide, correct)
    assert isinstance(refused, actions.EntryError)
    assert Decision.objects.get().traveller.person.name == "SOMCHAI KAEWMANEE"
    declaration.refresh_from_db()
    assert declaration.revision == 1


def test_one_decision_sent_twice_at_once_is_kept_once(decide: Callable[[], Any]) -> None:
    assert one_after_the_other(decide, decide) == []
    assert Decision.objects.count() == 1


def test_two_officers_who_type_one_paper_in(
    order: ActivationOrder, airport: Gate, area_tree: Areas, border_officer: Any
) -> None:
    alone, family = [traveller("NOI", "AC9")], [traveller(), traveller("NOI", "AC9")]

    def typed(party: list[dict[str, Any]]) -> Declaration:
        return actions.declare(
            order=order,
            gate=airport,
            travel_day=tomorrow(),
            language="en",
            area=area_tree.haichau,
            party=actions.Party(trip(), party),
            key=uuid4(),
            paper=actions.Paper(today(), border_officer),
        )

    failed = one_after_the_other(lambda: typed(alone), lambda: typed(family))
    kept = Declaration.objects.get()
    assert [(type(one), one.declaration) for one in failed] == [(actions.DeclaredTwiceError, kept)]
