"""On whose behalf the code runs now."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """An account with the role and office (area) it acts in, or a named job of the system (no account)."""

    account_id: int | None
    role: str
    area_id: int | None = None


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


def become(actor: Actor) -> None:
    """Act as `actor` until the enclosing `acting` block (the request) ends: for who is recognised half-way."""
    _current.set(actor)
