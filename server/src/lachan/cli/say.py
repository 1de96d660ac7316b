"""How the command speaks: one line a fact, errors to stderr."""

import sys
import time

_began = time.monotonic()


def say(line: str) -> None:
    """One line on stdout with the seconds since the start, written at once so that a pipe shows it too."""
    sys.stdout.write(f"{time.monotonic() - _began:6.1f} s  {line}\n")
    sys.stdout.flush()


def plain(line: str = "") -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    sys.stderr.write(f"{line}\n")
