"""Retry policies: how often, how long in between, and for which errors never."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobdefs import NotRetryable, RetryPolicy
from jobdefs.errors import DefinitionError

HOUR = timedelta(hours=1)


def middle(_low: float, _high: float) -> float:
    return 1.0


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1), (2, 2), (3, 4), (12, 2048), (13, 3600), (10_000, 3600)])
def test_the_wait_doubles_up_to_an_hour(failures, seconds):
    """The default policy waits 1 s, 2 s, 4 s and so on, at most an hour, however many failures there were."""
    assert RetryPolicy().delay(failures, middle) == timedelta(seconds=seconds)


@given(st.integers(1, 500), st.floats(0, 0.99), st.floats(1, 10))
def test_the_jitter_stays_within_its_fraction(failures, jitter, factor):
    """A wait differs from the plain one by at most its jitter, so that it is never negative."""
    policy = RetryPolicy(jitter=jitter, factor=factor)
    plain = policy.delay(failures, middle)
    tolerance = timedelta(microseconds=2)
    assert plain * (1 - jitter) - tolerance <= policy.delay(failures) <= plain * (1 + jitter) + tolerance


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"attempts": 0}, "attempts must be at least 1"),
        ({"first_delay": -HOUR}, "delays must not be negative"),
        ({"max_delay": -HOUR}, "delays must not be negative"),
        ({"factor": 0.5}, "factor must be at least 1"),
        ({"jitter": 1.0}, "jitter must be at least 0 and below 1"),
        ({"jitter": -0.1}, "jitter must be at least 0 and below 1"),
    ],
)
def test_numbers_that_make_no_policy_are_refused(options, reason):
    """The error says which number, and what it must be."""
    with pytest.raises(DefinitionError, match=f"retry policy: {reason}"):
        RetryPolicy(**options)


def test_some_errors_are_never_tried_again():
    """NotRetryable and the listed exceptions, their subclasses included, end a job at once."""
    policy = RetryPolicy(never_for=(LookupError,))
    assert policy.gives_up_on(NotRetryable())
    assert policy.gives_up_on(KeyError())
    assert not policy.gives_up_on(ValueError())
