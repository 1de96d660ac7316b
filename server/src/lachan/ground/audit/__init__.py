"""The audit trail: `record` writes a row in the caller's transaction, `removed` the proof of an erasure; `acting` says
on whose behalf."""

from lachan.ground.audit.actor import ANONYMOUS, Actor, acting, become, current, system
from lachan.ground.audit.trail import REMOVED, record, removed

__all__ = ["ANONYMOUS", "REMOVED", "Actor", "acting", "become", "current", "record", "removed", "system"]
