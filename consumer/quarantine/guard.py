"""What the quarantine's process does about signals and its parent before it does anything else."""

import ctypes
import os
import signal
import sys
from types import FrameType
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def set_up(parent: int) -> None:
    """Make this process end with its parent, and leave to it what is sent to all."""
    for for_all in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Not SIG_IGN, which the programs that a handler starts would inherit.
        signal.signal(for_all, _leave_to_parent)
        signal.siginterrupt(for_all, False)  # noqa: FBT003 - the function's own signature
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if is_orphan(parent):
        os._exit(1)


def is_orphan(parent: int) -> bool:
    """Tell whether the process that started this one has gone."""
    return os.getppid() != parent


def _leave_to_parent(signum: int, frame: FrameType | None) -> None:
    """Do nothing: the parent hears the same, and says what is to be done."""
