"""The scenario: its steps, one after another.

Where a client was killed, another process takes the step again, and knows nothing but where the last one got to.
"""

from collections.abc import Callable
from typing import Final

from faults.crashes.cast import Cast
from faults.crashes.orders import (
    CONTENT,
    DELAYED,
    EXPIRING,
    FAILING,
    HEIR,
    LEADING,
    LONG,
    OVERTAKEN,
    PARKED,
    PLAIN,
    RELEASED,
    REPLAYED,
    RIVAL,
    SECOND,
    STOPPED,
    UNIQUE,
    URGENT,
    WITHDRAWN,
)
from faults.crashes.scribe import scribe
from jobdefs.policy import LEASE

BEAT: Final = LEASE / 4
_MORE_THAN_A_LEASE: Final = 5


def a_consumer_waits(cast: Cast) -> None:
    """Start the first consumer, which finds nothing."""
    cast.worker.exchange()


def jobs_come(cast: Cast) -> None:
    """Put in one job, several together, and two that have to wait."""
    cast.producer.put_in(PLAIN)
    cast.producer.put_in_all(LEADING, LONG, URGENT)
    cast.producer.put_in_all(DELAYED, WITHDRAWN)


def a_key_is_held(cast: Cast) -> None:
    """Put in a unique job, one that is refused for it, and one that is content with it."""
    cast.producer.put_in(UNIQUE)
    cast.producer.put_in(RIVAL)
    cast.producer.put_in(CONTENT)


def a_job_expires(cast: Cast) -> None:
    """Put in a job that nobody begins in time."""
    cast.producer.put_in(EXPIRING)
    scribe().wait(6 * SECOND)


def jobs_run(cast: Cast) -> None:
    """Wake up, and run what is there; one of the jobs brings a follow-up."""
    cast.worker.beat()
    cast.worker.look_for_markers()
    cast.worker.work_off()
    cast.worker.sweep()


def a_job_fails(cast: Cast) -> None:
    """Run a job that fails, and runs again a second later."""
    cast.producer.put_in(FAILING)
    _run_and_retry(cast)


def a_job_dies(cast: Cast) -> None:
    """Run a job that fails too often, replay it, and run it again."""
    cast.producer.put_in(REPLAYED)
    _run_and_retry(cast)
    cast.producer.replay(REPLAYED)
    cast.worker.work_off()


def _run_and_retry(cast: Cast) -> None:
    cast.worker.work_off()
    scribe().wait(SECOND)
    cast.worker.work_off()


def a_key_is_free(cast: Cast) -> None:
    """Put in another job under the key, whose first holder has ended."""
    cast.producer.put_in(HEIR)
    cast.worker.work_off()


def a_waiting_job_is_cancelled(cast: Cast) -> None:
    """Cancel a job that waits for its time."""
    cast.producer.cancel(WITHDRAWN)


def a_running_job_is_cancelled(cast: Cast) -> None:
    """Cancel a job that a consumer has claimed, and call that consumer."""
    cast.producer.put_in(STOPPED)
    cast.worker.exchange()
    cast.producer.cancel(STOPPED)
    cast.worker.answer_summons()
    cast.worker.work_off()


def a_job_is_parked(cast: Cast) -> None:
    """Claim a job that this consumer does not know, park it, replay it, and park it again."""
    cast.producer.put_in(PARKED)
    cast.worker.work_off()
    cast.producer.replay(PARKED)
    cast.worker.work_off()


def a_delayed_job_runs(cast: Cast) -> None:
    """Let the moment come for which a job waits."""
    for _ in range(3):
        scribe().wait(BEAT)
        cast.worker.beat()
    cast.worker.work_off()


def a_consumer_is_overtaken(cast: Cast) -> None:
    """Let a consumer fall silent with a job, another one take the job over, and the first one come back and run it."""
    cast.producer.put_in(OVERTAKEN)
    cast.worker.exchange()
    for _ in range(_MORE_THAN_A_LEASE):
        cast.other.beat()
        scribe().wait(BEAT)
    cast.other.exchange()
    cast.worker.run_next()
    cast.worker.exchange()
    cast.worker.beat()
    cast.other.work_off()


def a_consumer_drains(cast: Cast) -> None:
    """Stop a consumer that has claimed a job, which another one then runs."""
    cast.producer.put_in(RELEASED)
    cast.other.exchange()
    cast.other.drain()
    cast.worker.work_off()
    cast.worker.drain()


def somebody_looks(cast: Cast) -> None:
    """Read what can be read."""
    cast.producer.look(PLAIN)


STEPS: Final[tuple[Callable[[Cast], None], ...]] = (
    a_consumer_waits,
    jobs_come,
    a_key_is_held,
    a_job_expires,
    jobs_run,
    a_job_fails,
    a_job_dies,
    a_key_is_free,
    a_waiting_job_is_cancelled,
    a_running_job_is_cancelled,
    a_job_is_parked,
    a_delayed_job_runs,
    a_consumer_is_overtaken,
    a_consumer_drains,
    somebody_looks,
)
