"""Where a test runs attempts: in its own process, one after another, for as long as they take."""

from consumer.attempt import Attempt
from consumer.leaks import Leaks
from consumer.timekeeper import Timekeeper


class _PatientKeeper(Timekeeper):
    """Ends no attempt from outside: one that takes too long has failed once its handler returns."""

    def watch(self, attempt: Attempt, moment: float) -> None:
        """Let the attempt take its time."""


class TestsOwnPlace:
    """The place of every attempt of one drain."""

    grace_s = 0.0

    def __init__(self) -> None:
        self.keeper: Timekeeper = _PatientKeeper(Leaks(1))

    def interrupt(self, attempt: Attempt) -> None:
        """Leave the handler alone."""

    def give_up(self, attempt: Attempt) -> None:
        """Have no other attempt wait for the place."""
