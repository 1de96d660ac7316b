"""What the agent knows from the server, for the pages that show it."""

from dataclasses import dataclass, field


@dataclass
class News:
    """Times in unix seconds. `fault` is a word of agent.words, `detail` what was found; both empty while all is well.

    `risk` is none, low or high; unknown before the first comparison. `why` by language.
    """

    server: str
    files: int = 0
    fetched: float | None = None
    tried: float | None = None
    next_fetch: float = 0.0
    fault: str = ""
    detail: str = ""
    risk: str = "unknown"
    why: dict[str, str] = field(default_factory=dict)
    compared: float | None = None
    last_dummy: float | None = None
    next_dummy: float = 0.0
