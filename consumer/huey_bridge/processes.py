"""Worker processes that can be interrupted in the middle of a handler, and only there."""

import os
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from huey.consumer import BaseProcess, ForkSafeFlag, ProcessEnvironment

from consumer.huey_bridge.pulse import LOOK_S, Pulse

_LAST_WORDS_S: Final = 5.0
CANCEL: Final = signal.SIGUSR2


class InterruptibleProcesses(ProcessEnvironment):
    """Children leave SIGINT and SIGTERM to the consumer, which drains them.

    SIGUSR1 interrupts a running handler because the consumer is in a hurry, SIGUSR2 because its job was cancelled.
    """

    def __init__(self, graceful: signal.Signals, interrupt: signal.Signals) -> None:
        super().__init__(graceful, interrupt)
        self._consumer = os.getpid()

    def init_child(self, process: BaseProcess) -> None:
        """Set a child's signals: the terminal and the service manager send theirs to every process."""

        def interrupt(signum: int, frame: Any) -> None:  # noqa: ARG001 - a signal handler's signature
            act = getattr(process, "hurry" if signum == signal.SIGUSR1 else "interrupt_cancelled", None)
            if act is not None:
                act()

        for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ignored, signal.SIG_IGN)
        for each in (signal.SIGUSR1, CANCEL):
            signal.signal(each, interrupt)
        pulse = getattr(process, "pulse", None)
        threading.Thread(target=self._live, args=(process.stop_flag, pulse), name="Pulse", daemon=True).start()

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

    def _live(self, stop_flag: ForkSafeFlag, pulse: Pulse | None) -> None:
        while True:
            if pulse is not None:
                pulse.beat()
            if stop_flag.wait(LOOK_S):
                return
            # A consumer that was killed cannot tell its children; they see that they have another parent.
            if os.getppid() != self._consumer:
                stop_flag.set()
