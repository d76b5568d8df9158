"""What is known of a consumer that gave no sign of life for so long that its jobs are others' now."""

import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import Final

# Of one that is there, and whose lease ended all the same.
UNHEARD: Final = "it is there, but the reply that told it of this got lost; no attempt is counted"


def described(holder: str, silent: timedelta | None) -> str:
    """Say what became of a holder, in words to follow its name; ``silent`` is since when nothing was heard of it."""
    if _is_gone(holder):
        return "its process is gone, as seen from here"
    return f"it has given no sign of life for {silent.total_seconds():.3g} s" if silent else "it gave no sign of life"


def _is_gone(holder: str) -> bool:
    # Containers may share a name and not their processes.
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    return host == socket.gethostname() and rest.isdigit() and not _runs(int(rest))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    # It has ended, and its parent has not taken note.
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z"
    except OSError:
        return False
