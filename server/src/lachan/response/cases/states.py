"""The statuses of a case and which may follow which. Pure."""

from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """How sure we are that the person has the disease."""

    SUSPECTED = "suspected"
    PROBABLE = "probable"
    CONFIRMED = "confirmed"
    EXCLUDED = "excluded"


# Those that make a person an index case of tracing.
INDEX: Final = frozenset({Status.PROBABLE, Status.CONFIRMED})
FOLLOWS: Final[dict[Status, frozenset[Status]]] = {
    Status.SUSPECTED: frozenset({Status.PROBABLE, Status.CONFIRMED, Status.EXCLUDED}),
    Status.PROBABLE: frozenset({Status.CONFIRMED, Status.EXCLUDED}),
    # A confirmed case is excluded when the laboratory corrects itself; it never becomes less sure by itself.
    Status.CONFIRMED: frozenset({Status.EXCLUDED}),
    # An excluded case is taken up again from the start.
    Status.EXCLUDED: frozenset({Status.SUSPECTED}),
}


def may_follow(before: Status, after: Status) -> bool:
    """Whether a case may go from one status to the other in one step."""
    return after in FOLLOWS[before]


def needs_reason(before: Status, after: Status) -> bool:
    """Whether the officer must say why: taking back what others have acted on."""
    return after is Status.EXCLUDED or before is Status.EXCLUDED
