"""What a consumer tells systemd under Type=notify."""

from tests.consumer.conftest import StartConsumer
from tests.support.jobs import Jobs
from tests.support.ledger import Ledger
from tests.support.shop.jobs import Nap
from tests.support.waiting import eventually


def test_notices(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger, kind: str) -> None:
    """A consumer says that it is ready, that it is alive twice in the time that systemd waits, and that it stops."""
    running = start_consumer("-n", "-k", kind, WATCHDOG_USEC="300000")
    eventually(lambda: running.notices.all().count("WATCHDOG=1") >= 3, timeout=2)
    job_id = jobs.put(Nap(0.5))
    eventually(lambda: job_id in ledger.subjects("start"))
    running.stop()
    heard = running.notices.all()
    assert heard[0] == "READY=1"
    assert heard.count("READY=1") == heard.count("STOPPING=1") == 1


def test_watchdog_while_draining(start_consumer: StartConsumer, jobs: Jobs, ledger: Ledger) -> None:
    """A drain that takes longer than systemd waits is alive, too."""
    running = start_consumer("-n", WATCHDOG_USEC="200000")
    job_id = jobs.put(Nap(1))
    eventually(lambda: job_id in ledger.subjects("start"))
    running.stop()
    heard = running.notices.all()
    assert heard[heard.index("STOPPING=1") :].count("WATCHDOG=1") >= 4
