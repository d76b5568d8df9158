"""The stage on which storage tests play, on each server in turn."""

from collections.abc import Iterator

import pytest

from jobdefs.storage.drivers import Store
from tests.support.servers import RealServer
from tests.support.stage import Stage


@pytest.fixture
def stage(server: RealServer, store: Store) -> Iterator[Stage]:
    """An empty namespace on an empty server, its clock standing still until a test moves it."""
    with server.client() as client:
        yield Stage(store, client)
