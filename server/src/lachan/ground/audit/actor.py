"""On whose behalf the code runs now."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """An account with the role it acts in, or a named job of the system (no account)."""

    account_id: int | None
    role: str


ANONYMOUS = Actor(account_id=None, role="anonymous")
_current: ContextVar[Actor] = ContextVar("audit_actor", default=ANONYMOUS)


def current() -> Actor:
    return _current.get()


def system(job: str) -> Actor:
    """A job without a person behind it, e.g. system("retention")."""
    return Actor(account_id=None, role=f"system:{job}")


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)
