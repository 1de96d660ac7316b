"""The source "entry" of tracing: the same conveyance on the same day, near rows where seats are known, the party.

A trip has no times, only its day; every hour of the day is possible and none certain. Whoever is of the same party was
together; otherwise rows decide where both are known and the kind of conveyance has a figure (data/conveyances.toml).
"""

# A person declared twice for one trip (a paper form and the phone) met the others once.
_MEETINGS = """
SELECT DISTINCT p.person_id AS via_id, c.person_id AS contact_id, f.case_id, p.trip_id AS where_id,
       p.day_starts AS via_since, c.day_starts AS contact_since,
       greatest(f.starts_at, p.day_starts) AS starts_at, least(f.ends_at, p.day_ends) AS ends_at
FROM tracing_frontier f
JOIN entry_traveller p ON p.person_id = f.person_id
    AND p.day_starts <= f.ends_at - %(minimum)s AND p.day_ends >= f.starts_at + %(minimum)s
JOIN entry_trip t ON t.id = p.trip_id
JOIN entry_traveller c ON c.trip_id = p.trip_id AND c.person_id <> p.person_id
    AND (c.declaration_id = p.declaration_id OR t.rows_near IS NULL OR p.seat_row IS NULL OR c.seat_row IS NULL
         OR abs(p.seat_row - c.seat_row) <= t.rows_near)
WHERE least(f.ends_at, p.day_ends) - greatest(f.starts_at, p.day_starts) >= %(minimum)s
"""

_DETAILS = """
SELECT DISTINCT ON (k.id) k.id, 0 AS seconds_certain,
       CASE WHEN c.declaration_id = p.declaration_id THEN 'party' ELSE 'trip' END AS kind,
       jsonb_build_object('trip', k.where_id, 'declarations', jsonb_build_array(p.declaration_id, c.declaration_id),
                          'rows', jsonb_build_array(p.seat_row, c.seat_row),
                          'own', jsonb_build_array(c.day_starts, c.day_ends)) AS evidence
FROM tracing_kept k
JOIN entry_traveller p ON p.trip_id = k.where_id AND p.person_id = k.via_id
JOIN entry_traveller c ON c.trip_id = k.where_id AND c.person_id = k.contact_id
WHERE k.source = %(source)s
ORDER BY k.id, c.declaration_id <> p.declaration_id, abs(p.seat_row - c.seat_row) NULLS LAST, p.id, c.id
"""


class EntrySource:
    """Same conveyance and day, rows near, travel party."""

    name = "entry"
    at_place = False

    def meetings(self) -> str:
        return _MEETINGS

    def details(self) -> str:
        return _DETAILS

    def place_windows(self) -> str | None:
        return None
