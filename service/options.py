"""How one job is enqueued: when, how urgently, how often, under which id."""

from datetime import UTC, datetime, timedelta
from typing import Final, TypedDict

import attrs

from jobdefs.durability import LEVELS, Durability
from jobdefs.errors import InvalidOption
from jobdefs.policy import MAX_DELAY

_NOTHING: Final = timedelta(0)
_DURATION: Final = f"must be at least 0 and at most {MAX_DELAY.days:,} days"


class EnqueueOptions(TypedDict, total=False):
    """What an enqueue may be given beside the payload; whatever is left out or None is as the definition says.

    ``delay`` or ``run_at`` (with a time zone) tell when the job is due. The job expires ``expires_in`` after it was
    enqueued if no attempt has begun. ``priority`` is 0 to 9, higher first; ``attempts`` is 1 to 9999. Enqueuing again
    under an ``id`` that is there already leaves that job alone. ``durability`` is ``memory``, ``disk`` or
    ``replica:1`` to ``replica:9``: what must be certain before the enqueue is answered.
    """

    delay: timedelta
    run_at: datetime | None
    priority: int | None
    expires_in: timedelta | None
    attempts: int | None
    id: str | None
    durability: str | None


@attrs.frozen(kw_only=True)
class Options:
    """The options of one enqueue, checked as far as the envelope does not check them; raises InvalidOption."""

    delay: timedelta = _NOTHING
    run_at: datetime | None = None
    priority: int | None = None
    expires_in: timedelta | None = None
    attempts: int | None = None
    id: str | None = None
    durability: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse moments and durations that mean nothing."""
        for option, value in (("delay", self.delay), ("expires_in", self.expires_in)):
            if not isinstance(value, timedelta) and (option, value) != ("expires_in", None):
                raise InvalidOption(option, f"is {value!r}, and must be a timedelta, for example timedelta(seconds=30)")
        if not _NOTHING <= self.delay <= MAX_DELAY:
            raise InvalidOption("delay", _DURATION)
        if self.expires_in is not None and not _NOTHING < self.expires_in <= MAX_DELAY:
            raise InvalidOption("expires_in", _DURATION.replace("at least", "more than"))
        if self.run_at is not None:
            self._check_moment(self.run_at)
        _level(self.durability)

    @property
    def level(self) -> Durability | None:
        """The durability that is asked for, None where nothing is."""
        return _level(self.durability)

    def _check_moment(self, run_at: datetime) -> None:
        if self.delay:
            raise InvalidOption("run_at", "excludes a delay; give one of the two")
        if run_at.tzinfo is None:
            raise InvalidOption("run_at", "needs a time zone, for example 2030-01-01T12:00:00Z")
        if run_at > datetime.now(UTC) + MAX_DELAY:
            raise InvalidOption("run_at", f"must be at most {MAX_DELAY.days:,} days ahead")


def _level(text: str | None) -> Durability | None:
    try:
        return None if text is None else Durability.read(text)
    except (ValueError, TypeError):
        raise InvalidOption("durability", f"is {text!r}, and must be {LEVELS}") from None
