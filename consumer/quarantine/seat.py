"""Which of a consumer's processes has the quarantine."""

import fcntl
import os


class Seat:
    """A lock for one process at a time, made before the processes are; free again when its holder ends in any way.

    It is a lock of the process and not of the open file, so nothing that a handler forks can keep it.
    """

    def __init__(self) -> None:
        self._file = os.memfd_create("quarantine")

    def take(self) -> bool:
        """Take the lock unless another process has it; tell whether it is ours."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
