"""Moments and durations: milliseconds on the wire, aware datetime and timedelta in Python."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobdefs import clock


@given(st.integers(0, 253_402_300_799_999))
def test_every_millisecond_has_its_moment(epoch_ms):
    """A moment on the wire becomes an aware moment in UTC, and that the same number again."""
    moment = clock.from_epoch_ms(epoch_ms)
    assert moment.tzinfo is UTC
    assert clock.to_epoch_ms(moment) == epoch_ms


@given(st.timedeltas())
def test_durations_are_rounded_down_to_milliseconds(duration):
    """A duration loses at most what is finer than a millisecond."""
    assert timedelta(0) <= duration - clock.from_ms(clock.to_ms(duration)) < timedelta(milliseconds=1)


def test_the_zone_of_a_moment_does_not_matter():
    """The same moment in two zones is the same number."""
    moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert clock.to_epoch_ms(moment) == clock.to_epoch_ms(moment.astimezone(timezone(timedelta(hours=5))))


def test_a_naive_moment_is_refused():
    """A moment without a zone could be any; the error says how to make one."""
    with pytest.raises(ValueError, match=r"needs a time zone, for example datetime\.now\(UTC\)"):
        clock.to_epoch_ms(datetime(2026, 1, 31))  # noqa: DTZ001 - that is the point
