import json
import signal
from collections.abc import Callable

import pytest

from jobdefs.storage.contract import Claim, Outcome, Settlement
from tests.cli.conftest import Jobs
from tests.support.waiting import eventually

ENQUEUE = ("enqueue", "TEST_JOB", '{"message": "hello"}', "--id", "watched", "--wait")
Claiming = Callable[[], Claim]
Settling = Callable[[Settlement], None]


@pytest.mark.parametrize(("outcome", "code"), [(Outcome.SUCCEEDED, 0), (Outcome.DEAD, 1)])
def test_waiting_ends_with_the_job(jobs: Jobs, claim: Claiming, settle: Settling, outcome: Outcome, code: int) -> None:
    """`--wait` follows the job to its end; the exit code tells whether it succeeded."""
    running = jobs.start(*ENQUEUE, "--json")
    eventually(lambda: jobs("show", "watched").code == 0)
    settle(Settlement(id="watched", token=claim().token, outcome=outcome))

    assert running.ends() == code
    # What takes a second gets a hint before.
    told = running.out.read_text()
    assert json.loads(told[told.index("{") :])["state"] == outcome.value


def test_waiting_has_an_end(jobs: Jobs) -> None:
    """A job that has not ended in time has an exit code of its own, and a hint why."""
    done = jobs(*ENQUEUE, "1.1")

    assert done.code == 8
    assert "watched is ready; is a consumer running that serves its queue? (1 s)\n" in done.err
    assert done.err.endswith("aiohttp-huey: watched is still ready after 1.1 s\n")


def test_waiting_can_be_interrupted(jobs: Jobs) -> None:
    """Ctrl-C ends the waiting without a traceback; the job stays."""
    running = jobs.start(*ENQUEUE)
    running.says("is a consumer running")

    assert running.ends(signal.SIGINT) == 130
    assert "Traceback" not in running.out.read_text()
    assert jobs("show", "watched").code == 0
