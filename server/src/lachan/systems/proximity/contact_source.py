"""The source "proximity" of tracing: encounters that both owners confirmed, either way round."""

# Below 63 dB, where the shipped risk profile counts a minute whole; bench proximity_city reports what it finds.
FARTHEST_CLASS = 1

_SIDES = """
SELECT f.person_id AS via_id, e.{other} AS contact_id, f.case_id, e.id AS where_id, e.starts_at AS via_since,
       e.starts_at AS contact_since, greatest(f.starts_at, e.starts_at) AS starts_at,
       least(f.ends_at, e.ends_at) AS ends_at
FROM tracing_frontier f JOIN proximity_encounter e ON e.{one} = f.person_id
WHERE e.attenuation <= {farthest} AND least(f.ends_at, e.ends_at) >= greatest(f.starts_at, e.starts_at) + %(minimum)s
"""
_MEETINGS = " UNION ALL ".join(
    _SIDES.format(one=one, other=other, farthest=FARTHEST_CLASS)
    for one, other in (("publisher_id", "answerer_id"), ("answerer_id", "publisher_id"))
)
# Where within the encounter the certain minutes lay is not known: of a part of it, no more than the part can be
# certain, and no more than what the rest leaves.
_DETAILS = """
SELECT k.id,
       greatest(0, floor(e.seconds_certain - extract(epoch FROM (e.ends_at - e.starts_at) - (k.ends_at - k.starts_at))))
       ::integer AS seconds_certain,
       'bluetooth' AS kind,
       jsonb_build_object('encounter', e.id, 'attenuation', e.attenuation, 'confidence', e.confidence,
                          'own', jsonb_build_array(e.starts_at, e.ends_at)) AS evidence
FROM tracing_kept k JOIN proximity_encounter e ON e.id = k.where_id
WHERE k.source = %(source)s
"""


class ProximitySource:
    """Two devices heard each other, and both owners said so."""

    name = "proximity"
    at_place = False

    def meetings(self) -> str:
        return _MEETINGS

    def details(self) -> str:
        return _DETAILS

    def place_windows(self) -> str | None:
        return None
