"""The source "checkin" of tracing: people whose stays at one place overlap."""

# Starts of stays that can still touch another one: no stay is longer than max_stay, so both ends of the range are known
# before the row is read, and the index (place_id, t_in) is entered at the right spot. A contact may come up to `tail`
# after the infectious person left.
#
# An overlap is long enough when each of its two ends lies `minimum` after each of its two beginnings. What depends on
# the infectious person's stay alone is worked out once for that stay (OFFSET 0 keeps it so): dozens of stays are looked
# at for each. In order of place the index is read along, not to and fro.
_MEETINGS = """
SELECT p.via_id, c.person_id AS contact_id, p.case_id, p.where_id, p.via_since, c.t_in AS contact_since,
       greatest(p.since, c.t_in) AS starts_at, least(p.until, c.t_out) AS ends_at
FROM (
    SELECT s.*, s.since - %(max_stay)s AS first_in, s.until - %(minimum)s AS last_in, s.since + %(minimum)s AS first_out
    FROM (
        SELECT f.person_id AS via_id, f.case_id, v.place_id AS where_id, v.t_in AS via_since,
               greatest(f.starts_at, v.t_in) AS since, least(f.ends_at, v.t_out + %(tail)s) AS until
        FROM tracing_frontier f
        JOIN checkin_visit v ON v.person_id = f.person_id
            AND v.t_in BETWEEN f.starts_at - %(max_stay)s - %(tail)s AND f.ends_at - %(minimum)s
            AND v.t_out + %(tail)s >= f.starts_at + %(minimum)s
    ) s
    ORDER BY s.where_id, s.via_since
    OFFSET 0
) p
JOIN checkin_visit c ON c.place_id = p.where_id
    AND c.t_in BETWEEN p.first_in AND p.last_in
    AND c.t_out >= p.first_out
    AND c.t_out >= c.t_in + %(minimum)s
    AND c.person_id <> p.via_id
WHERE p.until >= p.first_out
"""

# One row for each meeting kept. A person has at most one stay at a place that began at a given moment, except in the
# rare world where two began at one instant; the longer one is the evidence then. The rows kept come by place, as they
# were found: + 0 keeps the contact's stay from being looked up by person, all over the index. "parts" are the gates,
# tables or coaches that both scanned, at whatever moments of their stays.
_DETAILS = """
SELECT DISTINCT ON (k.id) k.id,
       greatest(0, extract(epoch FROM least(k.ends_at, p.certain_until, c.certain_until)
                           - greatest(k.starts_at, p.t_in, c.t_in)))::integer AS seconds_certain,
       'place' AS kind,
       jsonb_build_object('visits', jsonb_build_array(p.id, c.id), 'endings', jsonb_build_array(p.ending, c.ending),
                          'trust', least(p.trust, c.trust), 'own', jsonb_build_array(c.t_in, c.t_out))
           || CASE WHEN p.parts && c.parts THEN jsonb_build_object(
               'parts', ARRAY(SELECT unnest(p.parts) INTERSECT SELECT unnest(c.parts) ORDER BY 1))
              ELSE '{}' END AS evidence
FROM tracing_kept k
JOIN checkin_visit p ON p.person_id = k.via_id AND p.t_in = k.via_since AND p.place_id = k.where_id
JOIN checkin_visit c ON c.place_id = k.where_id AND c.t_in = k.contact_since AND c.person_id + 0 = k.contact_id
WHERE k.source = %(source)s
ORDER BY k.id, p.t_out DESC, c.t_out DESC, p.id, c.id
"""

_PLACE_WINDOWS = """
SELECT w.place_id, w.starts_at, w.ends_at,
       (SELECT count(DISTINCT c.person_id) FROM checkin_visit c
        WHERE c.place_id = w.place_id AND c.t_in BETWEEN w.starts_at - %(max_stay)s AND w.ends_at
          AND c.t_out >= w.starts_at
          AND NOT EXISTS (SELECT FROM tracing_frontier f WHERE f.person_id = c.person_id)) AS visitors
FROM (
    SELECT DISTINCT p.place_id, greatest(f.starts_at, p.t_in) AS starts_at,
           least(f.ends_at, p.t_out + %(tail)s) AS ends_at
    FROM tracing_frontier f
    JOIN checkin_visit p ON p.person_id = f.person_id
        AND p.t_in BETWEEN f.starts_at - %(max_stay)s - %(tail)s AND f.ends_at AND p.t_out + %(tail)s > f.starts_at
) w
WHERE w.ends_at > w.starts_at
"""


class CheckinSource:
    """Same place, overlapping stay."""

    name = "checkin"
    at_place = True

    def meetings(self) -> str:
        return _MEETINGS

    def details(self) -> str:
        return _DETAILS

    def place_windows(self) -> str | None:
        return _PLACE_WINDOWS
