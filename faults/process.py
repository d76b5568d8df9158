"""Processes of a trial: they end with whoever started them, and can be held still."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
_OWN_VARIABLES: Final = ("JOBS_", "REDIS_URL")
_PATIENCE_S: Final = 10.0


def inherited() -> dict[str, str]:
    """Return this process's environment without settings of the programs, so that they run as they ship."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}


def await_still(pid: int) -> None:
    """Wait until a process that was sent SIGSTOP stands still; raises TimeoutError."""
    deadline = time.monotonic() + _PATIENCE_S
    # One thread is told, and stops the others when it next runs.
    while set(_thread_states(pid)) != {"T"}:
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} does not stand still")
        time.sleep(0.005)


def has_members(group: int) -> bool:
    """Tell whether a process group has a process."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _thread_states(pid: int) -> Iterator[str]:
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        yield _state(stat)


def _state(stat: Path) -> str:
    return stat.read_text().rpartition(")")[2].split()[0]
