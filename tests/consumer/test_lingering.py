"""Handlers in threads that stop when they are told to, but take a while, are no reason to restart a consumer."""

from jobdefs import State
from tests.consumer.conftest import StartConsumer
from tests.support.consumers import HANDLERS
from tests.support.jobs import Jobs
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Nap, Polite
from tests.support.waiting import eventually


def test_wave(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """As many as make a restart when they are stuck end their attempts and free their slots at once."""
    running = start_consumer("-n", "-w", "4")
    job_ids = jobs.put_all([Polite(3)] * 16)
    assert {jobs.ended(job_id).state for job_id in job_ids} == {State.DEAD}
    assert jobs.run(Nap()).state is State.SUCCEEDED
    assert ledger.under_way() == 16
    eventually(lambda: ledger.under_way() == 0)
    assert running.process.poll() is None
    assert running.logged("CRITICAL") == running.logged("the handler goes on") == []


def test_bound(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """So many may linger that a process stays small; then a slot is free again only when one of them has ended."""
    start_consumer("-n", "-w", "1", JOBS_HANDLERS=f"{HANDLERS},tests.support.shop.cramped")
    job_ids = jobs.put_all([Polite(2)] * 6)
    assert {jobs.ended(job_id).state for job_id in job_ids} == {State.DEAD}
    assert jobs.run(Nap()).state is State.SUCCEEDED
    assert ledger.most_at_once() == 3
    assert {job.lost for job_id in job_ids if (job := jobs.find(job_id))} == {0}
