"""The network is slow, and loses packets: F24."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import redis

from faults import latency
from faults.link import LinkedServer, proxy_of, through_a_proxy
from faults.replication import PeerServer, primary_of
from faults.row import Row
from faults.setup import Setup
from faults.stage import Stage
from faults.tools import netem
from faults.tools.proxy import Action, Message

_LATE_S: Final = (0.05, 0.15)
# What a lost packet costs whoever waits: TCP sends it again after 200 ms.
_AGAIN_S: Final = 0.2
_LOST: Final = 0.01
_NETEM: Final = ("delay", "100ms", "50ms", "loss", "1%", "reorder", "99%")


def slow_down(stage: Stage) -> None:
    """Have every message be late, and one in a hundred later, as long as jobs are put in."""
    proxy = proxy_of(stage)
    proxy.requests.act = proxy.replies.act = _late(stage)
    stage.producer.join()
    proxy.requests.act = proxy.replies.act = lambda _message: None


def _late(stage: Stage) -> Action:
    def act(_message: Message) -> None:
        lost = stage.dice.random() < _LOST
        if lost:
            stage.fault("lost")
        time.sleep(stage.dice.uniform(*_LATE_S) + _AGAIN_S * lost)

    return act


def was_slow(stage: Stage) -> str:
    """Tell how many requests were late, and how many messages later."""
    late, later = proxy_of(stage).requests.count, stage.happened("lost")
    return f"{late:,} requests and their replies were late, {later} of them by a packet that was lost" if later else ""


@contextmanager
def over_a_bad_network(stage: Stage) -> Iterator[str]:
    """Have everything run in a network that is slow and loses packets; raises ToolMissing."""
    netem.move_in(*_NETEM)
    stage.server.kill()
    stage.server.start()
    yield f"redis://127.0.0.1:{primary_of(stage).port}"


def await_jobs(stage: Stage) -> None:
    """Let jobs be put in."""
    stage.producer.join()


def round_trip(stage: Stage) -> str:
    """Tell how long a PING takes."""
    with redis.Redis.from_url(stage.url) as client:
        client.ping()
        began = time.monotonic()
        client.ping()
    return f"netem {' '.join(_NETEM)}; {1000 * (time.monotonic() - began):.0f} ms for a PING"


ROWS: Final = (
    Row(
        id="F24",
        title="every message is 50 to 150 ms late, and one in a hundred 200 ms more",
        setup=Setup(server=LinkedServer, lease_s=4.0, jobs=(60, 300)),
        inject=slow_down,
        evidence=was_slow,
        figures=latency.figures,
        route=through_a_proxy,
    ),
    Row(
        id="F24n",
        title="packets are 50 to 150 ms late, 1 % are lost, and some overtake others (netem)",
        setup=Setup(server=PeerServer, lease_s=4.0, jobs=(60, 300)),
        inject=await_jobs,
        evidence=round_trip,
        figures=latency.figures,
        route=over_a_bad_network,
    ),
)
