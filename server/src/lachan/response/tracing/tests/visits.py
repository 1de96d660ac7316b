"""A contact source over the stays of check-in, for the tests of this floor (systems bring the real one)."""


class VisitSource:
    name = "checkin"
    at_place = True

    def meetings(self) -> str:
        return """
            SELECT f.person_id AS via_id, c.person_id AS contact_id, f.case_id, p.place_id AS where_id,
                   p.t_in AS via_since, c.t_in AS contact_since,
                   greatest(f.starts_at, p.t_in, c.t_in) AS starts_at,
                   least(f.ends_at, p.t_out + %(tail)s, c.t_out) AS ends_at
            FROM tracing_frontier f
            JOIN checkin_visit p ON p.person_id = f.person_id
                AND p.t_in BETWEEN f.starts_at - %(max_stay)s - %(tail)s AND f.ends_at
            JOIN checkin_visit c ON c.place_id = p.place_id AND c.person_id <> p.person_id
                AND c.t_in BETWEEN greatest(p.t_in, f.starts_at) - %(max_stay)s
                    AND least(f.ends_at, p.t_out + %(tail)s)
            WHERE least(f.ends_at, p.t_out + %(tail)s, c.t_out) - greatest(f.starts_at, p.t_in, c.t_in) >= %(minimum)s
        """

    def details(self) -> str:
        return """
            SELECT k.id, 'place' AS kind,
                   jsonb_build_object(
                       'visits', jsonb_build_array(p.id, c.id), 'own', jsonb_build_array(c.t_in, c.t_out)
                   ) AS evidence,
                   greatest(
                       0, extract(epoch FROM least(k.ends_at, p.certain_until, c.certain_until) - k.starts_at)
                   )::int AS seconds_certain
            FROM tracing_kept k
            JOIN checkin_visit p ON p.person_id = k.via_id AND p.t_in = k.via_since AND p.place_id = k.where_id
            JOIN checkin_visit c ON c.person_id = k.contact_id AND c.t_in = k.contact_since AND c.place_id = k.where_id
            WHERE k.source = %(source)s
        """

    def place_windows(self) -> str | None:
        return """
            SELECT w.place_id, w.starts_at, w.ends_at, count(DISTINCT o.person_id) AS visitors
            FROM (
                SELECT DISTINCT v.place_id, greatest(f.starts_at, v.t_in) AS starts_at,
                       least(f.ends_at, v.t_out + %(tail)s) AS ends_at
                FROM tracing_frontier f JOIN checkin_visit v ON v.person_id = f.person_id
                    AND v.t_in BETWEEN f.starts_at - %(max_stay)s - %(tail)s AND f.ends_at
            ) w
            LEFT JOIN checkin_visit o ON o.place_id = w.place_id
                AND o.t_in BETWEEN w.starts_at - %(max_stay)s AND w.ends_at AND o.t_out > w.starts_at
                AND o.t_in < w.ends_at
                AND NOT EXISTS (SELECT FROM tracing_frontier f WHERE f.person_id = o.person_id)
            WHERE w.starts_at < w.ends_at
            GROUP BY w.place_id, w.starts_at, w.ends_at
        """
