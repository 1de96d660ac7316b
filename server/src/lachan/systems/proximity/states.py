"""The states of a one-time code and which may follow which. Pure."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """How far the code has come; that it is past its time is told by the clock alone."""

    ISSUED = "issued"
    CLAIMED = "claimed"
    CERTIFIED = "certified"
    USED = "used"
    WITHDRAWN = "withdrawn"


FOLLOWS: Final[dict[State, frozenset[State]]] = {
    State.ISSUED: frozenset({State.CLAIMED, State.WITHDRAWN}),
    State.CLAIMED: frozenset({State.CERTIFIED, State.WITHDRAWN}),
    State.CERTIFIED: frozenset({State.USED, State.WITHDRAWN}),
    State.USED: frozenset(),
    State.WITHDRAWN: frozenset(),
}


def may_follow(before: State, after: State) -> bool:
    """Whether a code may go from one state to the other in one step."""
    return after in FOLLOWS[before]
