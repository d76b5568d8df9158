"""Moments and durations: integers in milliseconds on the wire, aware datetime and timedelta in Python."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(duration: timedelta) -> int:
    """Return a duration in whole milliseconds, rounded down."""
    return duration // _MILLISECOND


def from_ms(duration_ms: int) -> timedelta:
    """Return the duration of ``duration_ms`` milliseconds."""
    return timedelta(milliseconds=duration_ms)


def to_epoch_ms(moment: datetime) -> int:
    """Return an aware moment as milliseconds since 1970 UTC; a naive one raises ValueError."""
    if moment.tzinfo is None:
        message = "a moment needs a time zone, for example datetime.now(UTC)"
        raise ValueError(message)
    return (moment - _EPOCH) // _MILLISECOND


def from_epoch_ms(epoch_ms: int) -> datetime:
    """Return the moment ``epoch_ms`` milliseconds after 1970 UTC, in UTC."""
    return _EPOCH + timedelta(milliseconds=epoch_ms)
