"""When there may be only one job of a kind at a time."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

import attrs

from jobdefs.errors import DefinitionError, InvalidOption
from jobdefs.policy import MAX_DELAY

MAX_KEY: Final = 200
_SHORTEST: Final = timedelta(milliseconds=1)
_WINDOW: Final = f"must be at least 1 millisecond and at most {MAX_DELAY.days:,} days"

W = TypeVar("W", bound=StrEnum)


class Until(StrEnum):
    """How long a job holds its unique key; the value is the word on the wire."""

    STARTED = "started"
    FINISHED = "finished"


class Conflict(StrEnum):
    """What an enqueue gets whose unique key is held by another job; the value is the word on the wire."""

    EXISTING = "existing"
    ERROR = "error"
    REPLACE = "replace"


@attrs.frozen(kw_only=True)
class UniqueLock:
    """One job's claim to be the only one of its name with this key (1 to 200 characters).

    It holds the key until its first attempt begins, until it has finished, or for a window that begins when it is
    enqueued. ``conflict`` says what another one gets meanwhile: the receipt of this job, an error, or the place of this
    job, which is then cancelled if it waits and runs nowhere.
    """

    key: str
    until: Until | timedelta = Until.FINISHED
    conflict: Conflict = Conflict.EXISTING

    def __attrs_post_init__(self) -> None:
        """Refuse a key or a window that means nothing."""
        if not 0 < len(self.key) <= MAX_KEY or not self.key.isprintable():
            raise InvalidOption("unique_key", f"must have 1 to {MAX_KEY} printable characters")
        if isinstance(self.until, timedelta) and not _SHORTEST <= self.until <= MAX_DELAY:
            raise InvalidOption("unique_for", _WINDOW)


def _until(given: str | timedelta) -> Until | timedelta:
    return given if isinstance(given, timedelta) else _word(Until, given, "until", " or a timedelta")


def _conflict(given: str) -> Conflict:
    return _word(Conflict, given, "conflict")


def _word(words: type[W], given: str, field: str, more: str = "") -> W:
    try:
        return words(given)
    except ValueError:
        raise DefinitionError(f"unique: {field} is {given!r}, and must be {' or '.join(words)}{more}") from None


def _check_kind(key: object) -> None:
    if not (key is None or callable(key) or isinstance(key, tuple)):
        wanted = 'a tuple of field names, for example ("to",), or a function of the payload'
        raise DefinitionError(f"unique: key is {key!r}, and must be {wanted}")


@attrs.frozen(kw_only=True)
class Unique:
    """Makes every job of a definition unique.

    ``key`` says among which: a tuple of names of payload fields, empty for one job of the name, or a function of the
    payload that returns text; without one, the whole payload. ``until`` and ``conflict`` are as in UniqueLock. Raises
    DefinitionError.
    """

    key: tuple[str, ...] | Callable[[Any], str] | None = None
    until: Until | timedelta = attrs.field(default=Until.FINISHED, converter=_until)
    conflict: Conflict = attrs.field(default=Conflict.EXISTING, converter=_conflict)

    def __attrs_post_init__(self) -> None:
        """Refuse a key that would be taken for another, and a window that means nothing."""
        _check_kind(self.key)
        if isinstance(self.until, timedelta) and not _SHORTEST <= self.until <= MAX_DELAY:
            raise DefinitionError(f"unique: the window (until) {_WINDOW}")

    def check(self, payload: type[Any]) -> None:
        """Refuse fields that the payload class has not; raises DefinitionError."""
        known = [field.alias or field.name for field in attrs.fields(payload) if field.init]
        for name in self.key if isinstance(self.key, tuple) else ():
            if name not in known:
                raise DefinitionError(
                    f"unique: {payload.__qualname__} has no field {name!r}; it has {', '.join(known)}"
                )
