import time
from functools import partial
from pathlib import Path

import pytest
import redis

from faults.tools.clock import Clock
from tests.support.servers import KINDS, running
from tests.support.waiting import eventually

HOUR_S = 3600


@pytest.fixture
def clock(compiler: None, tmp_path: Path) -> Clock:
    return Clock.at(tmp_path / "clock")


@pytest.mark.parametrize("kind", KINDS)
def test_steps(kind: str, clock: Clock):
    """A server's time of day, in scripts too, steps forward and back, and the machine's own stays."""
    with running(kind, environment=clock.environment) as server, server.client() as client:
        for ahead_s in (0.0, HOUR_S, -HOUR_S, 5.0):
            clock.set(ahead_s)
            eventually(partial(is_ahead, client, ahead_s), what=f"a step to {ahead_s:g} s")


def is_ahead(client: redis.Redis, seconds: float) -> bool:
    told, _ = client.eval("return redis.call('TIME')", 0)
    return abs(int(told) - time.time() - seconds) < 2


@pytest.mark.parametrize("kind", KINDS)
def test_waiting_is_no_matter_of_the_time_of_day(kind: str, clock: Clock):
    """A blocked client waits as long as it asked for, though the time steps meanwhile."""
    with running(kind, environment=clock.environment) as server, server.client() as client:
        clock.set(HOUR_S)
        began = time.monotonic()
        assert client.bzpopmin("nothing", 0.5) is None
        assert 0.4 < time.monotonic() - began < 5
