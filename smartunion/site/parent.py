"""A process that was started by another of ours does not outlive it."""

import ctypes
import os
import signal
import sys

PARENT = "SMARTUNION_PARENT"
"""The process that started this one and does not want to be outlived by it."""

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Ask Linux for a SIGTERM when the parent dies, even by kill -9; elsewhere it stays as it is.

    Only a process that a `Child` has started has such a parent; its own children do not inherit it.
    """
    parent = os.environ.pop(PARENT, "")
    if parent and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):  # it died before we could ask
            sys.exit(1)
