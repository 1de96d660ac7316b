"""Child processes that start together, are restarted when they fall, and never outlive their parent."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lachan.ground.platform.lifetime import end_with_parent

STOP_TIMEOUT_S = 10.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
# A child that ran this long before it fell starts again at once.
STEADY_S = 30.0


@dataclass
class Child:
    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    start_again_at: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509  it only asks the kernel, see there
            start_new_session=True,
        )
        self.started = time.monotonic()

    def fell(self) -> int | None:
        """The exit code when it ended by itself."""
        return self.process.poll() if self.process else None

    def stop(self) -> None:
        if not self.process or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Family:
    """The children of one `lachan serve`. `say` is told in one line what happens."""

    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)

    def add(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
        child = Child(name, command, environment or {})
        child.start()
        self.children.append(child)

    def tend(self) -> None:
        """Restart whoever fell, with a pause that doubles while it keeps falling. Call again and again."""
        now = time.monotonic()
        for child in self.children:
            code = child.fell()
            if code is None:
                continue
            if not child.start_again_at:
                child.pause_s = (
                    FIRST_PAUSE_S if now - child.started > STEADY_S else min(child.pause_s * 2, LONGEST_PAUSE_S)
                )
                child.start_again_at = now + child.pause_s
                self.say(f"{child.name} ended with code {code}; starting it again in {child.pause_s:.1f} s")
            elif now >= child.start_again_at:
                child.start_again_at = 0.0
                child.start()

    def stop(self) -> None:
        """SIGTERM to all, last started first; SIGKILL to whoever is not gone in time."""
        for child in reversed(self.children):
            child.stop()
