"""Worker processes that can be interrupted in the middle of a handler, and only there."""

import os
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from huey.consumer import BaseProcess, ForkSafeFlag, ProcessEnvironment

_LAST_WORDS_S: Final = 5.0
_LOOK_S: Final = 1.0


class InterruptibleProcesses(ProcessEnvironment):
    """Children leave SIGINT and SIGTERM to the consumer, which drains them; SIGUSR1 interrupts a running handler."""

    def __init__(self, graceful: signal.Signals, interrupt: signal.Signals) -> None:
        super().__init__(graceful, interrupt)
        self._consumer = os.getpid()

    def init_child(self, process: BaseProcess) -> None:
        """Set a child's signals: the terminal and the service manager send theirs to every process."""

        def interrupt(signum: int, frame: Any) -> None:  # noqa: ARG001 - a signal handler's signature
            hurry = getattr(process, "hurry", None)
            if hurry is not None:
                hurry()

        for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ignored, signal.SIG_IGN)
        signal.signal(signal.SIGUSR1, interrupt)
        threading.Thread(target=self._stop_with_consumer, args=(process.stop_flag,), name="Orphan", daemon=True).start()

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

    def _stop_with_consumer(self, stop_flag: ForkSafeFlag) -> None:
        # A consumer that was killed cannot tell its children; they see that they have another parent.
        while not stop_flag.wait(_LOOK_S):
            if os.getppid() != self._consumer:
                stop_flag.set()
