"""An attempt that nobody hears of goes past Huey, and ends as Huey would have it."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from consumer.binding import load_bindings
from consumer.factory import WorkerFactory
from consumer.huey_bridge.app import JobsHuey
from consumer.plan import plans_of
from consumer.settings import ConsumerSettings
from consumer.work import Work
from jobdefs import TestJob, load_catalog
from jobdefs.record import Envelope
from jobdefs.storage.contract import Claim

WRITTEN = Envelope(id="a", name="TEST_JOB", queue="default", priority=0, payload=b'{"message":"hello"}')
CLAIM = Claim(
    id="a", queue="default", token="t", envelope=b"", failures=1, lost=1, generation=2, claimed_at_ms=5, fence=3
)


@pytest.fixture
def huey_log() -> Iterator[logging.Logger]:
    """Huey's logger at the level at which consumers have it."""
    log = logging.getLogger("huey")
    before = log.level
    log.setLevel(logging.WARNING)
    yield log
    log.setLevel(before)


@pytest.fixture
def app(huey_log: logging.Logger) -> JobsHuey:
    """An instance for a server that is not there."""
    assert not huey_log.isEnabledFor(logging.INFO)
    return WorkerFactory(ConsumerSettings(redis_url="unix:///nonexistent"), load_catalog()).build()


def work_of(app: JobsHuey, claim: Claim = CLAIM, **changes: Any) -> Work:
    plans = plans_of(app, load_bindings(app.catalog))
    work = Work(app, claim, attrs.evolve(WRITTEN, **changes), plans["TEST_JOB"])
    work.read()
    return work


@pytest.mark.parametrize("value", [None, 0, "text", {"a": [1, None]}, TestJob(message="hello")])
@pytest.mark.parametrize("store_none", [False, True])
def test_a_plain_success_is_hueys(app: JobsHuey, value: object, store_none: bool) -> None:  # noqa: FBT001 - a row
    """What is settled without Huey is what a replay through Huey comes to, whatever the handler returned."""
    app.store_none = store_none
    assert work_of(app).begin() is None
    assert work_of(app).succeeded_plainly(value) == work_of(app).succeeded(value).settlement()


@pytest.mark.parametrize("value", [object(), float("nan"), "x" * 300_000])
def test_a_value_that_cannot_be_kept_is_hueys_matter(app: JobsHuey, value: object) -> None:
    """Where the value cannot be kept, Huey says what becomes of the job."""
    assert work_of(app).succeeded_plainly(value) is None


def hook(app: JobsHuey) -> None:
    app.pre_execute()(lambda *_: None)


def late_hook(app: JobsHuey) -> None:
    app.post_execute()(lambda *_: None)


def receiver(app: JobsHuey) -> None:
    app.signal()(lambda *_: None)


@pytest.mark.parametrize("listen", [hook, late_hook, receiver])
def test_who_listens_is_heard(app: JobsHuey, listen: Callable[[JobsHuey], None]) -> None:
    """With a hook or a receiver of signals every attempt passes through Huey."""
    listen(app)
    assert work_of(app).succeeded_plainly(1) is None


def test_hueys_log_is_a_listener(app: JobsHuey, huey_log: logging.Logger) -> None:
    """Whoever reads Huey's own lines gets those of every attempt."""
    huey_log.setLevel(logging.INFO)
    assert work_of(app).succeeded_plainly(1) is None


def test_what_huey_may_stop_passes_through_it(app: JobsHuey) -> None:
    """A revoked job, and one that may expire, are Huey's to judge."""
    revoked = attrs.evolve(CLAIM, revoked=app.serializer.serialize((None, False)))
    ending = work_of(app, revoked).begin()
    assert ending is not None
    assert ending.settlement().outcome == "cancelled"
    assert work_of(app, expires_in_ms=10).succeeded_plainly(1) is None
