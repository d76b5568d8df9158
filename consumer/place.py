"""Where an attempt runs, as the attempt sees it."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from consumer.attempt import Attempt
    from consumer.timekeeper import Timekeeper


class Place(Protocol):
    """A worker or the event loop: how a handler is interrupted there, and what becomes of one that goes on."""

    @property
    def keeper(self) -> "Timekeeper":
        """Who ends attempts from outside."""

    @property
    def grace_s(self) -> float:
        """How long a handler may go on after it was interrupted, in seconds."""

    def interrupt(self, attempt: "Attempt") -> None:
        """Interrupt the attempt's handler, from any thread, where that is possible."""

    def give_up(self, attempt: "Attempt") -> None:
        """Make room for another attempt: this one has ended, although its handler goes on."""
