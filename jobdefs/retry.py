"""When a failed job runs again."""

import math
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import attrs

from jobdefs.errors import DefinitionError, NotRetryable

_DURATION: Final = "a timedelta, for example timedelta(seconds=30)"


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How often a job is tried and how long it waits in between.

    The wait after failure ``n`` (counted from 1) is ``first_delay * factor ** (n - 1)``, at most ``max_delay``,
    then stretched or shortened by up to ``jitter`` (a fraction) so that jobs that failed together do not
    return together.

    Exceptions listed in ``never_for`` make the job dead at once, as NotRetryable does.
    """

    attempts: int = 3
    first_delay: timedelta = timedelta(seconds=1)
    factor: float = 2.0
    max_delay: timedelta = timedelta(hours=1)
    jitter: float = 0.2
    never_for: tuple[type[BaseException], ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse numbers that make no policy."""
        self._check_types()
        zero = timedelta(0)
        if self.attempts < 1:
            _refuse("attempts must be at least 1")
        if self.first_delay < zero or self.max_delay < zero:
            _refuse("delays must not be negative")
        if not 1 <= self.factor < math.inf:
            _refuse("factor must be at least 1")
        if not 0 <= self.jitter < 1:
            _refuse("jitter must be at least 0 and below 1")

    def _check_types(self) -> None:
        for field, kind, wanted in (
            ("attempts", int, "an integer"),
            ("first_delay", timedelta, _DURATION),
            ("max_delay", timedelta, _DURATION),
            ("factor", int | float, "a number"),
            ("jitter", int | float, "a number"),
        ):
            value = getattr(self, field)
            # True would pass for the number 1.
            if not isinstance(value, kind) or isinstance(value, bool):
                _refuse(f"{field} is {value!r}, and must be {wanted}")
        if not _are_errors(self.never_for):
            _refuse(f"never_for is {self.never_for!r}, and must be a tuple of exceptions, for example (ValueError,)")

    def delay(self, failures: int, spread: Callable[[float, float], float] = random.uniform) -> timedelta:
        """Return how long to wait after the given number of failures (1 or more)."""
        # Past this exponent every sensible policy has met its cap, and the float would overflow.
        exponent = min(failures - 1, 64)
        seconds = min(self.first_delay.total_seconds() * self.factor**exponent, self.max_delay.total_seconds())
        return timedelta(seconds=seconds * spread(1 - self.jitter, 1 + self.jitter))

    def gives_up_on(self, error: BaseException) -> bool:
        """Tell whether this error makes the job dead at once."""
        return isinstance(error, (NotRetryable, *self.never_for))


def _are_errors(given: object) -> bool:
    classes = given if isinstance(given, tuple) else ()
    return given is classes and all(isinstance(each, type) and issubclass(each, BaseException) for each in classes)


def _refuse(reason: str) -> None:
    message = f"retry policy: {reason}"
    raise DefinitionError(message)
