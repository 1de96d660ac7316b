"""What tracing takes from a disease profile, and who it starts from. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lachan.register.profiles.document import Profile


@dataclass(frozen=True)
class IndexCase:
    """A case to trace from: its person and its infectious window (aware times). A window that ends before it starts
    is empty."""

    case_id: int
    person_id: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Rule:
    """The times that decide whether a meeting counts."""

    latent: timedelta
    minimum: timedelta
    tail: timedelta
    max_stay: timedelta

    @classmethod
    def of(cls, profile: Profile) -> "Rule":
        return cls(
            latent=timedelta(hours=profile.latent_hours),
            minimum=timedelta(minutes=profile.minimum_minutes),
            tail=timedelta(minutes=profile.tail_minutes),
            max_stay=timedelta(hours=profile.max_stay_hours),
        )

    def parameters(self) -> dict[str, Any]:
        """Named SQL parameters: %(minimum)s, %(tail)s, %(max_stay)s, %(latent)s, each an interval."""
        return {"latent": self.latent, "minimum": self.minimum, "tail": self.tail, "max_stay": self.max_stay}
