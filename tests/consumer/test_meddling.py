"""Handlers that lay hands on the event loop which they share with others."""

import pytest

from jobdefs import State
from tests.consumer.conftest import StartConsumer
from tests.support.jobs import Jobs
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Doze, Echo, Meddle
from tests.support.waiting import eventually


@pytest.mark.parametrize("how", ["self", "all"])
def test_a_cancel_from_inside_is_a_failure(start_consumer: StartConsumer, jobs: Jobs, how: str) -> None:
    """A handler that cancels tasks fails and is counted; nobody takes that for a drain, and the loop goes on."""
    running = start_consumer("-n")
    job = jobs.run(Meddle(how))
    assert (job.state, job.failures) == (State.DEAD, 1)
    assert job.error is not None
    assert "CancelledError" in job.error.message
    assert jobs.run(Echo("still here")).state is State.SUCCEEDED
    assert running.logged("exit signal") == []


def test_a_cancel_stops_nobody_who_waits(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A handler that cancels the tasks of jobs which have not begun keeps none of them from running."""
    job_ids = jobs.put_all([Meddle("all"), *(Doze(0) for _ in range(50))])
    running = start_consumer("-n")
    ended = [jobs.ended(job_id) for job_id in job_ids]
    assert [job.state for job in ended] == [State.DEAD] + [State.SUCCEEDED] * 50
    assert sum(job.failures for job in ended) == 1
    assert running.logged("Traceback", "LoopThread") == []


def test_a_stopped_loop_goes_on(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """A handler that stops the event loop stops nobody's job, and the log says what happened."""
    running = start_consumer("-n")
    dozing = jobs.put(Doze(1))
    eventually(lambda: dozing in ledger.subjects("start"))
    assert jobs.run(Meddle("stop")).state is State.SUCCEEDED
    assert jobs.ended(dozing).state is State.SUCCEEDED
    running.says("a handler stopped the event loop")
