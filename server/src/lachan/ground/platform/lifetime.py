"""A child process that must not outlive its parent."""

import ctypes
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec nothing may wait for a lock that another thread holds.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent(stop_signal: int) -> Callable[[], None]:
    """For Popen's preexec_fn: the kernel sends `stop_signal` when the parent is gone, even by SIGKILL.

    Linux only; elsewhere the parent stops its children itself. Start the child from the main thread: the kernel counts
    the thread as the parent.
    """

    def ask() -> None:
        if _LIBC:
            _LIBC.prctl(PR_SET_PDEATHSIG, stop_signal)

    return ask
