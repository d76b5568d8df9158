"""A network of one's own, in which packets are late, lost and out of order: tc's netem, in a network namespace."""

import ctypes
import os
import subprocess
from typing import Final

from faults.tools.missing import ToolMissing

_CLONE_NEWNET: Final = 0x40000000
_UP: Final = ("ip", "link", "set", "lo", "up")
_ADD: Final = ("tc", "qdisc", "add", "dev", "lo", "root", "netem")


def move_in(*how: str) -> None:
    """Move this thread, and all that it starts from now on, to a loopback network of its own.

    ``how`` is what netem does to packets, in the words of tc-netem(8). Raises ToolMissing where that is not permitted.
    """
    # In a namespace of its own at first: there is no way back.
    _run("unshare", "--net", *_ADD, *how)
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        raise ToolMissing(f"not permitted here: unshare: {os.strerror(ctypes.get_errno())}")
    _run(*_UP)
    _run(*_ADD, *how)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise ToolMissing(f"{error.filename} is not here; apt-get install iproute2 util-linux") from error
    except subprocess.CalledProcessError as error:
        raise ToolMissing(f"not permitted here: {' '.join(command)}: {error.stderr.strip()}") from error
