"""How a process ended, as the kernel told its parent."""

import os
import signal
from contextlib import suppress
from typing import Self

import attrs


class DiedInQuarantine(Exception):
    """A job ended the process in which it ran alone."""

    # Operators see it by its name, not by its place.
    __module__ = "builtins"


@attrs.frozen
class Death:
    """An exit code, negative for a signal as in subprocess, and the most memory that the process ever had, in KiB.

    Unless it was ``seen``, somebody else has waited for the process, and nothing is known. One that was ``still``
    had to be killed, since it was stopped.
    """

    code: int = 0
    peak_kib: int = 0
    seen: bool = True
    still: bool = False

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """Return how a child of this process has ended, None while it lives."""
        try:
            found, status, usage = os.wait4(pid, os.WNOHANG)
        except ChildProcessError:
            return cls(seen=False)
        return cls(os.waitstatus_to_exitcode(status), usage.ru_maxrss) if found else None

    @property
    def killed(self) -> bool:
        """Whether it was SIGKILL, which also comes from whoever ends everything here."""
        return self.code == -signal.SIGKILL

    def described(self, peak_before_kib: int) -> str:
        """Say how it ended; ``peak_before_kib`` is the peak before the job began, which need not be the job's doing."""
        mebibytes = f"{self.peak_kib / 1024:,.0f} MiB"
        peak = mebibytes if self.peak_kib > peak_before_kib else f"at most {mebibytes}"
        return f"its process ended {self.how}, peak memory {peak}"

    @property
    def how(self) -> str:
        """The exit code or the signal, in words."""
        if not self.seen:
            return "unseen"
        if self.still:
            return "by its parent's hand, since it was stopped for longer than a lease"
        if self.code >= 0:
            return f"with exit code {self.code}"
        with suppress(ValueError):
            return f"by signal {-self.code} ({signal.Signals(-self.code).name})"
        return f"by signal {-self.code}"
