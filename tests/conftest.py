"""Fixtures for every test: a real server of each kind, emptied before each test that uses it."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from jobdefs.storage.drivers import Store
from tests.support.servers import KINDS, RealServer, running

settings.register_profile("deep", max_examples=5_000)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[RealServer]:
    """One Valkey for the whole session; tests use ``redis_url``."""
    with running("valkey") as server:
        yield server


@pytest.fixture(scope="session", params=KINDS)
def any_server(request: pytest.FixtureRequest) -> Iterator[RealServer]:
    """One server of each kind for the whole session; tests use ``server``."""
    with running(request.param) as server:
        yield server


@pytest.fixture
def server(any_server: RealServer) -> RealServer:
    """An empty server of each kind in turn."""
    any_server.flush()
    return any_server


@pytest.fixture
def url(server: RealServer) -> str:
    """The address of an empty server of each kind in turn."""
    return server.url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A Store on an empty server of each kind in turn."""
    opened = Store(url)
    yield opened
    opened.close()


@pytest.fixture
def redis_url(valkey_server: RealServer) -> str:
    """The address of an empty Valkey, for tests to which the kind makes no difference."""
    valkey_server.flush()
    return valkey_server.url
