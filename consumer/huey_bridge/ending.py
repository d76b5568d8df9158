"""Collects what Huey does at the end of an attempt, so that all of it becomes one settlement."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, Protocol

import attrs
from huey import signals as S  # noqa: N812 - Huey's own convention
from huey.api import Task

from consumer import failure
from jobdefs.policy import Retention
from jobdefs.record import JobError
from jobdefs.state import FINAL
from jobdefs.storage.contract import Claim, Effect, Outcome, Settlement

# How Huey says that an attempt ended without its handler having run to an end of its own.
_TOLD_BY_SIGNAL: Final = {
    S.SIGNAL_INTERRUPTED: Outcome.RELEASED,
    S.SIGNAL_REVOKED: Outcome.CANCELLED,
    S.SIGNAL_CANCELED: Outcome.CANCELLED,
    S.SIGNAL_EXPIRED: Outcome.EXPIRED,
}
_DETAIL_CHARACTERS: Final = 200
_NOT_KEPT: Final = timedelta(0)


class Announcement(Protocol):
    """What receivers of signals get once a settlement was accepted."""

    def announce(self, emit: Callable[..., None]) -> None:
        """Send the signals by ``emit``, or have somebody else send them."""


@attrs.define
class Ending:
    """One attempt's end: what Huey wrote, enqueued and signalled while it is replayed."""

    task: Task
    claim: Claim
    retention: Retention
    begun: bool = False
    error: BaseException | None = None
    described: JobError | None = None
    result: bytes = b""
    result_kept: bool = False
    again: timedelta | None = None
    retries_before: int = 0
    effects: list[Effect] = attrs.field(factory=list)
    signals: list[tuple[Any, ...]] = attrs.field(factory=list)
    _told: Outcome | None = None

    def fail(self, error: BaseException) -> None:
        """Take in how the handler failed, before Huey's frames join its traceback."""
        self.error, self.described = error, failure.describe(error)

    def signalled(self, signal: str, task: Task, *args: Any) -> None:
        """Remember a signal; receivers get it once the settlement was accepted."""
        self.signals.append((signal, task, *args))
        if task is self.task and signal in _TOLD_BY_SIGNAL:
            self._told = _TOLD_BY_SIGNAL[signal]

    def announce(self, emit: Callable[..., None]) -> None:
        """Send the signals."""
        for signal, task, *args in self.signals:
            emit(signal, task, *args)

    def settlement(self) -> Settlement:
        """Return the whole of it as one move of the store."""
        outcome = self._outcome()
        failed = outcome in (Outcome.FAILED, Outcome.DEAD)
        return Settlement(
            id=self.claim.id,
            token=self.claim.token,
            outcome=outcome,
            failures=self.claim.failures + failed,
            delay=self.again or timedelta(0),
            keep=self._keep(outcome),
            keep_result=self.retention.result if self.result_kept else None,
            keep_history=self.retention.history,
            result=self.result if self.result_kept else b"",
            error=failure.write(self.described) if self.described and failed else b"",
            detail=_detail(self.described),
            effects=self.effects,
        )

    def _outcome(self) -> Outcome:
        if self.again is not None:
            # Huey takes one of the retries away for a failure; for RetryTask and its like it gives one back first.
            return Outcome.FAILED if self.task.retries < self.retries_before else Outcome.SNOOZED
        if self._told is not None:
            return self._told
        return Outcome.SUCCEEDED if self.error is None else Outcome.DEAD

    def _keep(self, outcome: Outcome) -> timedelta:
        kept: timedelta = getattr(self.retention, outcome.value) if outcome.value in FINAL else _NOT_KEPT
        return kept


def _detail(error: JobError | None) -> str:
    return f"{error.type}: {error.message}"[:_DETAIL_CHARACTERS] if error else ""
