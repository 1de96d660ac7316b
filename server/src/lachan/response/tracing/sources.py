"""How tracing asks "who met whom" without knowing the systems that can answer.

A source answers in SQL over the temporary table that the engine fills before every hop:

    tracing_frontier(person_id bigint, case_id bigint, starts_at timestamptz, ends_at timestamptz)

one row per person whose contacts are sought, with the window in which that person may infect. Parameters of every
query:
%(minimum)s, %(tail)s, %(max_stay)s, %(latent)s (intervals), and for `details` also %(source)s (this source's number).
"""

from typing import Protocol

# The columns of `meetings`, in order.
MEETING_COLUMNS = (
    "via_id",  # the frontier's person
    "contact_id",  # who met that person; never the person itself
    "case_id",  # the frontier's, as it is
    "where_id",  # the place, household, ... where they met; a Place id when `at_place`
    "via_since",  # when the frontier person's own stay began, and the contact's: with the columns above they name the
    "contact_since",  # encounter, so that `details` finds it again
    "starts_at",  # the overlap, clipped to the frontier's window, at least %(minimum)s long
    "ends_at",
)


class ContactSource(Protocol):
    """One way in which people meet. Register it in the room's AppConfig.ready()."""

    name: str
    # What `where_id` is the id of.
    at_place: bool

    def meetings(self) -> str:
        """A SELECT of MEETING_COLUMNS, one row per encounter, from indexes alone where it can: it runs on every hop."""

    def details(self) -> str:
        """A SELECT of (id, seconds_certain, kind, evidence jsonb) for the rows kept as evidence.

        They are in tracing_kept(id, source, via_id, contact_id, case_id, where_id, via_since, contact_since, starts_at,
        ends_at); take those with source = %(source)s. `seconds_certain`: how much of the overlap both were there for
        certain. `evidence` holds ids; under "own", where there is one, [start, end] of the contact's own stay: the only
        times that a notice may show, since the overlap would give away the other's.
        """

    def place_windows(self) -> str | None:
        """A SELECT of (place_id, starts_at, ends_at, visitors): where the frontier's people were, and with how many.

        Times are clipped to the frontier's windows, the tail added; `visitors` counts the other people whose stay
        overlaps them. None for a source that knows no places.
        """


class HouseholdSource:
    """People who lived in one household at the same time. Days are those of Viet Nam."""

    name = "household"
    at_place = False

    def meetings(self) -> str:
        # +07 for the zone by name, which costs more than the rest: Viet Nam has kept it since 1975, and no window
        # is older. OFFSET 0 keeps what depends on the frontier's person alone worked out once.
        return """
            SELECT p.via_id, c.person_id AS contact_id, p.case_id, p.household_id AS where_id, p.via_since,
                   c.since AS contact_since, greatest(p.starts_at, c.since) AS starts_at,
                   least(p.ends_at, c.until) AS ends_at
            FROM (
                SELECT s.via_id, s.case_id, s.household_id, s.since AS via_since,
                       greatest(s.starts_at, s.since) AS starts_at, least(s.ends_at, s.until) AS ends_at
                FROM (
                    SELECT f.person_id AS via_id, f.case_id, f.starts_at, f.ends_at, m.household_id,
                           m.since::timestamp AT TIME ZONE interval '7 hours' AS since,
                           m.until::timestamp AT TIME ZONE interval '7 hours' AS until
                    FROM tracing_frontier f JOIN people_householdmember m ON m.person_id = f.person_id
                ) s
                OFFSET 0
            ) p
            JOIN LATERAL (
                SELECT m.person_id, m.since::timestamp AT TIME ZONE interval '7 hours' AS since,
                       m.until::timestamp AT TIME ZONE interval '7 hours' AS until
                FROM people_householdmember m WHERE m.household_id = p.household_id AND m.person_id <> p.via_id
            ) c ON least(p.ends_at, c.until) >= greatest(p.starts_at, c.since) + %(minimum)s
        """

    def details(self) -> str:
        # Sharing a home makes every hour possible and none of them certain.
        return """
            SELECT k.id, 0 AS seconds_certain, 'household' AS kind, jsonb_build_object('household', k.where_id) AS
            evidence
            FROM tracing_kept k WHERE k.source = %(source)s
        """

    def place_windows(self) -> str | None:
        return None


_sources: dict[str, ContactSource] = {}


def register(source: ContactSource) -> None:
    """Make the source part of every trace. A second source of the same name replaces the first."""
    _sources[source.name] = source


def registered() -> list[ContactSource]:
    """Every source, by name."""
    return [_sources[name] for name in sorted(_sources)]
