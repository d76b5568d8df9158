"""The life of a job: its states and the moves between them, in one table."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a job is in its life; the value is the word on the wire."""

    SCHEDULED = "scheduled"
    READY = "ready"
    RUNNING = "running"
    SUSPECT = "suspect"
    PARKED = "parked"
    SUCCEEDED = "succeeded"
    DEAD = "dead"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def final(self) -> bool:
        """Whether a job stays in this state until its retention ends or somebody replays it."""
        return self in FINAL


FINAL: Final = frozenset({State.SUCCEEDED, State.DEAD, State.CANCELLED, State.EXPIRED})
REPLAYABLE: Final = (State.DEAD, State.CANCELLED, State.EXPIRED, State.PARKED)
CANCELLABLE: Final = (State.SCHEDULED, State.READY, State.RUNNING, State.SUSPECT, State.PARKED)

TRANSITIONS: Final[dict[tuple[State, State], str]] = {
    (State.SCHEDULED, State.READY): "its time came",
    (State.SCHEDULED, State.SUSPECT): "its time came, and it is one",
    (State.SCHEDULED, State.CANCELLED): "cancelled",
    (State.SCHEDULED, State.PARKED): "cannot be read",
    (State.READY, State.RUNNING): "claimed under a lease",
    (State.READY, State.CANCELLED): "cancelled",
    (State.READY, State.PARKED): "cannot be read",
    (State.RUNNING, State.SUCCEEDED): "the handler returned",
    (State.RUNNING, State.SCHEDULED): "retry after backoff, or snooze",
    (State.RUNNING, State.DEAD): "attempts used up, not retryable, or it ended its process in quarantine",
    (State.RUNNING, State.READY): "handed back while draining, or its holder vanished",
    (State.RUNNING, State.SUSPECT): "its holder vanished twice in a row, or its process in quarantine was killed",
    (State.RUNNING, State.CANCELLED): "cancelled",
    (State.RUNNING, State.EXPIRED): "its expiry passed before it started",
    (State.RUNNING, State.PARKED): "unreadable, unknown to the consumer, or its holders vanished 20 times in a row",
    (State.SUSPECT, State.RUNNING): "claimed for quarantine",
    (State.SUSPECT, State.CANCELLED): "cancelled",
    (State.SUSPECT, State.PARKED): "cannot be read",
    (State.DEAD, State.READY): "replayed",
    (State.CANCELLED, State.READY): "replayed",
    (State.EXPIRED, State.READY): "replayed",
    (State.PARKED, State.READY): "replayed",
    (State.PARKED, State.RUNNING): "claimed by a consumer that can run it",
    (State.PARKED, State.SUSPECT): "a suspect that a consumer can run",
    (State.PARKED, State.CANCELLED): "cancelled",
}
