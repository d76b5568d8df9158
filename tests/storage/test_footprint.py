"""The footprint: when jobs are over, the server holds what it held before them."""

from typing import Any

from bench.waves import NAMESPACE, Waves
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.upkeep import UpkeepCalls
from tests.support.servers import RealServer
from tests.support.waiting import eventually

JOBS = 2_000
LEFT = {"meta", "ledger", "queues", "consumers", "wake:default", "wake:@bench", "can:bench", "reply:bench"}


def keys(client: Any) -> set[str]:
    """Return what the server holds; reading it removes what has no time to live any more."""
    return {key.decode().split(":", 1)[1] for key in client.scan_iter(count=1_000)}


def test_nothing_is_left_of_many_jobs(server: RealServer, store: Store) -> None:
    """Two thousand jobs that end in every way later the keys are those of before, balanced, with nothing to repair."""
    waves = Waves(store)
    with server.client() as client:
        for jobs in (200, JOBS):
            while waves.jobs < jobs:
                waves.wave()
            assert keys(client) > LEFT
            waves.rest()
            eventually(lambda: keys(client) == LEFT and client.dbsize() == len(LEFT), what="what was left before")
    ledger = store.send(InspectionCalls(NAMESPACE).ledger())
    assert sum(entry.enqueued for entry in ledger.entries) >= JOBS * 0.9
    assert (ledger.faults, [entry.balanced for entry in ledger.entries]) == ((), [True] * len(ledger.entries))
    assert store.send(UpkeepCalls(NAMESPACE, clock=waves.clock, at_once=10_000).sweep()).repairs == ()
