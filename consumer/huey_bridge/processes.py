"""Worker processes that can be interrupted in the middle of a handler, and only there."""

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from huey.consumer import BaseProcess, ProcessEnvironment

_LAST_WORDS_S: Final = 5.0


class InterruptibleProcesses(ProcessEnvironment):
    """Children leave SIGINT and SIGTERM to the consumer, which drains them; SIGUSR1 interrupts a running handler."""

    def init_child(self, process: BaseProcess) -> None:
        """Set a child's signals: the terminal and the service manager send theirs to every process."""

        def interrupt(signum: int, frame: Any) -> None:  # noqa: ARG001 - a signal handler's signature
            attempt = getattr(process, "attempt", None)
            if attempt is not None and attempt.interruptible:
                raise KeyboardInterrupt

        for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ignored, signal.SIG_IGN)
        signal.signal(signal.SIGUSR1, interrupt)

    def interrupt_workers(self, procs: Sequence[Any]) -> None:
        """Interrupt the handlers, give the children a moment to hand their jobs back, then kill."""
        alive = [process for process in procs if process.is_alive()]
        for process in alive:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGUSR1)
        for process in alive:
            process.join(_LAST_WORDS_S)
            if process.is_alive():
                process.kill()
