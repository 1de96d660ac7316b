"""The audit trail: `record` writes a row in the caller's transaction, `removed` and `erase` the proof of an
erasure; `acting` says on whose behalf."""

from lachan.ground.audit.actor import ANONYMOUS, Actor, acting, become, current, system
from lachan.ground.audit.trail import REMOVED, erase, record, removed

__all__ = ["ANONYMOUS", "REMOVED", "Actor", "acting", "become", "current", "erase", "record", "removed", "system"]
