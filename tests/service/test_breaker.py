"""When the store is asked, and when it is spared: a table of moments."""

from itertools import pairwise

import attrs
import pytest

from service.breaker import PERIOD_S, TOGETHER_S, TOLERATED, Breaker


@attrs.define
class Clock:
    """A clock that stands still until it is moved."""

    now_s: float = 1_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock)


def fail(breaker: Breaker, times: int = TOLERATED) -> None:
    for _ in range(times):
        breaker.failed(waited_s=1.0)


def test_a_few_failures_are_tolerated(breaker: Breaker):
    """Up to two failures in a row, everything is admitted."""
    for _ in range(5):
        fail(breaker, TOLERATED - 1)
        assert breaker.admits()
        breaker.succeeded()
    assert not breaker.is_open


def test_connections_lost_together_are_one_failure(breaker: Breaker, clock: Clock):
    """However many connections a server cuts at once, it is asked again; cut again and again, it is spared."""
    for _ in range(TOLERATED - 1):
        for _ in range(50):
            breaker.failed(waited_s=0.01)
            clock.now_s += TOGETHER_S / 50
        assert not breaker.is_open
        clock.now_s += TOGETHER_S / 50
    breaker.failed(waited_s=0.01)
    assert breaker.is_open


def test_the_third_failure_opens_it(breaker: Breaker, clock: Clock):
    """After three failures in a row nothing is admitted for most of a second."""
    fail(breaker)
    assert breaker.is_open
    clock.now_s += 0.7 * PERIOD_S
    assert not breaker.admits()


def test_one_probe_in_each_period(breaker: Breaker, clock: Clock):
    """While it is open about one request a second is admitted, whether or not the one before has come back."""
    fail(breaker)
    admitted = []
    for _ in range(1_000):
        clock.now_s += 0.01
        if breaker.admits():
            admitted.append(clock.now_s)
    assert 7 <= len(admitted) <= 14
    assert all(0.75 <= after - before <= 1.27 for before, after in pairwise(admitted))
    assert len({round(after - before, 2) for before, after in pairwise(admitted)}) > 1


def test_a_probe_that_fails_costs_another_second(breaker: Breaker, clock: Clock):
    """From the moment a probe has failed nothing is admitted for most of a second."""
    fail(breaker)
    clock.now_s += 1.3
    assert breaker.admits()
    clock.now_s += 1.0
    breaker.failed(waited_s=1.0)
    clock.now_s += 0.7
    assert not breaker.admits()


def test_the_first_success_closes_it(breaker: Breaker):
    """One success closes it at once, and three more failures are needed to open it again."""
    fail(breaker)
    breaker.succeeded()
    assert [breaker.admits() for _ in range(100)] == [True] * 100
    fail(breaker, TOLERATED - 1)
    assert not breaker.is_open
