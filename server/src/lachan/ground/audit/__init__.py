"""The audit trail: `record` writes a row in the caller's transaction; `acting` says on whose behalf."""

from lachan.ground.audit.actor import ANONYMOUS, Actor, acting, become, current, system
from lachan.ground.audit.trail import record

__all__ = ["ANONYMOUS", "Actor", "acting", "become", "current", "record", "system"]
