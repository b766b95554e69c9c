"""Processes that end with the one that started them, also when that one is killed."""

from __future__ import annotations

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


def end_with_parent(signum: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel for ``signum`` when the parent is gone. Elsewhere than on Linux: nothing."""
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (AttributeError, OSError):
        return
    prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
    if os.getppid() == 1 and os.environ.get("MEDPORTAL_PARENT") not in {None, "1"}:
        os.kill(os.getpid(), signum)  # the parent died before the kernel was asked
