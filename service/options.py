"""How one job is enqueued: when, how urgently, how often, under which id, beside which others."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Literal, Self, TypedDict, TypeVar

import attrs

from jobdefs.durability import LEVELS, Durability
from jobdefs.errors import InvalidOption
from jobdefs.policy import MAX_DELAY
from jobdefs.unique import Conflict, Until

_NOTHING: Final = timedelta(0)
_DURATION: Final = f"must be at least 0 and at most {MAX_DELAY.days:,} days"
_OPTIONAL: Final = ("expires_in", "unique_for")

W = TypeVar("W", bound=StrEnum)


class EnqueueOptions(TypedDict, total=False):
    """What an enqueue may be given beside the payload; whatever is left out or None is as the definition says.

    ``delay`` or ``run_at`` (with a time zone) tell when the job is due. The job expires ``expires_in`` after it was
    enqueued if no attempt has begun. ``priority`` is 0 to 9, higher first; ``attempts`` is 1 to 9999. Enqueuing the
    same again under its ``id`` gives the first job, whatever became of it; something else under that id is refused.
    ``durability`` is ``memory``, ``disk`` or ``replica:1`` to ``replica:9``: what must be certain before the enqueue is
    answered.

    ``unique_key`` (1 to 200 characters) lets there be one job of its name with this key: until it has ``started`` or
    ``finished`` (``unique_until``, finished unless told), or for the window ``unique_for``. ``on_conflict`` is what
    another one gets meanwhile: the ``existing`` job's receipt, which is the default, an ``error``, or the place of that
    job if it waits and runs nowhere (``replace``).
    """

    delay: timedelta
    run_at: datetime | None
    priority: int | None
    expires_in: timedelta | None
    attempts: int | None
    id: str | None
    durability: str | None
    unique_key: str | None
    unique_until: Until | Literal["started", "finished"] | None
    unique_for: timedelta | None
    on_conflict: Conflict | Literal["existing", "error", "replace"] | None


def _until(value: Any) -> Until | None:
    return _word(Until, "unique_until", value)


def _conflict(value: Any) -> Conflict | None:
    return _word(Conflict, "on_conflict", value)


def _word(words: type[W], option: str, value: Any) -> W | None:
    try:
        return None if value is None else words(value)
    except ValueError:
        raise InvalidOption(option, f"is {value!r}, and must be {' or '.join(words)}") from None


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
    unique_key: str | None = None
    unique_until: Until | None = attrs.field(default=None, converter=_until)
    unique_for: timedelta | None = None
    on_conflict: Conflict | None = attrs.field(default=None, converter=_conflict)

    @classmethod
    def of(cls, given: EnqueueOptions) -> Self:
        """Return options that were given by name; raises InvalidOption for a name that is none, too."""
        known = attrs.fields_dict(cls)
        for name in given:
            if name not in known:
                raise InvalidOption(name, f"is no option; there are {', '.join(known)}")
        return cls(**given)

    def __attrs_post_init__(self) -> None:
        """Refuse moments and durations that mean nothing."""
        for option in ("delay", *_OPTIONAL):
            self._check_duration(option, getattr(self, option))
        if self.run_at is not None:
            self._check_moment(self.run_at)
        if self.unique_until and self.unique_for:
            raise InvalidOption("unique_until", "excludes a window (unique_for); give one of the two")
        if self.unique_key is not None and not isinstance(self.unique_key, str):
            raise InvalidOption("unique_key", f"is {self.unique_key!r}, and must be a string")
        _level(self.durability)

    @property
    def level(self) -> Durability | None:
        """The durability that is asked for, None where nothing is."""
        return _level(self.durability)

    def _check_duration(self, option: str, value: timedelta | None) -> None:
        optional = option in _OPTIONAL
        if value is None and optional:
            return
        if not isinstance(value, timedelta):
            raise InvalidOption(option, f"is {value!r}, and must be a timedelta, for example timedelta(seconds=30)")
        if not _NOTHING <= value <= MAX_DELAY or (optional and not value):
            raise InvalidOption(option, _DURATION.replace("at least", "more than") if optional else _DURATION)

    def _check_moment(self, run_at: datetime) -> None:
        if not isinstance(run_at, datetime):
            raise InvalidOption("run_at", f"is {run_at!r}, and must be a datetime with a time zone")
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
