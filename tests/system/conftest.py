"""Consumers, jobs and ledgers for whole systems that are maltreated."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support import ledger as ledgers
from tests.support.consumers import RunningConsumer, consuming
from tests.support.jobs import Jobs, jobs_on
from tests.support.ledger import Ledger

StartConsumer = Callable[..., RunningConsumer]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """What the handlers of a test's consumers write down."""
    return Ledger(tmp_path / "ledger")


@pytest.fixture
def start_consumer(ledger: Ledger) -> Iterator[StartConsumer]:
    """Start consumers on a server, with options and variables of the test's own."""
    with ExitStack() as stack:

        def start(url: str, *options: str, **variables: str) -> RunningConsumer:
            given = {ledgers.VARIABLE: str(ledger.path)} | variables
            return stack.enter_context(consuming(url, "-n", *options, **given))

        yield start


@pytest.fixture
def jobs(redis_url: str) -> Iterator[Jobs]:
    """The shop's jobs on an empty server."""
    with jobs_on(redis_url) as opened:
        yield opened
