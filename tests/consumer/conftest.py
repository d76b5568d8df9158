"""A consumer of the shop for the tests of a module, and the means to start others."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType

import pytest

import consumer as consumer_package
from tests.support import ledger as ledgers
from tests.support.consumers import HANDLERS, RunningConsumer, consuming
from tests.support.jobs import MODULES, Jobs, jobs_on
from tests.support.ledger import Ledger
from tests.support.servers import RealServer

StartConsumer = Callable[..., RunningConsumer]


@pytest.fixture(scope="session")
def shop_url(valkey_server: RealServer) -> str:
    """The address of the server on which the shop's jobs are."""
    return valkey_server.url


@pytest.fixture(scope="session")
def jobs(shop_url: str) -> Iterator[Jobs]:
    """The shop's jobs."""
    with jobs_on(shop_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """What the handlers of a module's consumers write down."""
    return Ledger(tmp_path_factory.mktemp("ledger") / "ledger")


@pytest.fixture(scope="module", params=["thread", "process"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of worker in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def consumer(valkey_server: RealServer, ledger: Ledger, kind: str) -> Iterator[RunningConsumer]:
    """One consumer for the tests of a module, with each kind of worker in turn."""
    valkey_server.flush()
    ledger.clear()
    with consuming(valkey_server.url, "-n", "-k", kind, "-w", "2", **{ledgers.VARIABLE: str(ledger.path)}) as running:
        yield running


@pytest.fixture
def start_consumer(redis_url: str, ledger: Ledger) -> Iterator[StartConsumer]:
    """Start consumers with options and variables of the test's own; the store and the ledger are empty at first."""
    ledger.clear()
    with ExitStack() as stack:

        def start(*options: str, url: str = redis_url, **variables: str) -> RunningConsumer:
            given = {ledgers.VARIABLE: str(ledger.path)} | variables
            return stack.enter_context(consuming(url, *options, **given))

        yield start


@pytest.fixture(scope="session")
def tasks(shop_url: str) -> Iterator[ModuleType]:
    """The shop's plain tasks, as another program that enqueues them imports them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", shop_url)
        patch.setenv("JOBS_MODULES", MODULES)
        patch.setenv("JOBS_HANDLERS", HANDLERS)
        vars(consumer_package).pop("app", None)
        module = importlib.import_module("tests.support.shop.tasks")
    yield module
    module.app.storage.close()
