"""What the register of people asks of scans and stays: undoing a merge, and the day each is gone.

Scans refuse an update and stays are computed, so that no journal of rows can bring them back.
"""

from dataclasses import replace
from datetime import date, datetime

from django.db import connection, transaction

from lachan.register.people import holdings
from lachan.systems.checkin.keeping import erased_on, hold_projection
from lachan.systems.checkin.models import Event, Visit

_COLUMNS = """
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = 'checkin_event'::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('person_id', 'txid')
"""


def register() -> None:
    """Called when the room is ready, after its holdings."""
    for holding in holdings.all_holdings():
        if holding.model is Event:
            holdings.register(
                replace(holding, remember=_scans_of, bring_back=_bring_back, until=lambda row: _gone_on(row["at"]))
            )
        elif holding.model is Visit:
            # The stays of both are projected again from their scans.
            holdings.register(
                replace(
                    holding,
                    remember=lambda person_id: [],
                    bring_back=lambda ids, kept, dropped: _forget(kept),
                    until=lambda row: _gone_on(row["t_out"]),
                )
            )


def _gone_on(moment: object) -> date | None:
    return erased_on(moment) if isinstance(moment, datetime) else None


def _scans_of(person_id: int) -> list[str]:
    return [str(number) for number in Event.objects.filter(person_id=person_id).values_list("id", flat=True)]


@transaction.atomic
def _bring_back(scans: list[str], kept: int, dropped: int) -> int:
    """Put the remembered scans, those still kept, on the record they came from; the projection reads both anew."""
    hold_projection()
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        columns = cursor.fetchone()[0]
        # The only text joined into the statement is the catalogue's own.
        move = f"""
            WITH moved AS (
                DELETE FROM checkin_event WHERE person_id = %s AND (id = ANY (%s::uuid[])) = %s RETURNING *
            )
            INSERT INTO checkin_event (person_id, {columns}) SELECT %s, {columns} FROM moved
        """  # noqa: S608
        cursor.execute(move, [kept, scans, True, dropped])
        moved = int(cursor.rowcount)
        # The rest stays where it is, written anew so that it is projected again without the others.
        cursor.execute(move, [kept, scans, False, kept])
    return moved


@transaction.atomic
def _forget(person_id: int) -> int:
    hold_projection()
    Visit.objects.filter(person_id=person_id).delete()
    return 0
