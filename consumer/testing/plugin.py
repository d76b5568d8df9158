"""The fixtures. Nothing but pytest is imported before a test asks for one of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from consumer.testing.ground import Ground
    from consumer.testing.jobs import Jobs, SyncJobs

_MARKER = (
    'jobs(modules="", handlers=""): modules with definitions and with handlers, beside those that JOBS_MODULES, '
    "JOBS_HANDLERS and installed distributions name, for a test with the fixture `jobs` or `sync_jobs`"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture(scope="session")
def jobs_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a private server for this run, or for this worker of pytest-xdist.

    A fixture of this name in conftest.py puts another server in its place; each test has a namespace of its own there.
    """
    from jobdefs.errors import SettingsError
    from jobdefs.storage.private_server import PrivateServer

    server = PrivateServer(tmp_path_factory.mktemp("jobs-server"))
    try:
        server.start()
    except SettingsError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture
def _jobs_ground(
    request: pytest.FixtureRequest, jobs_server: str, monkeypatch: pytest.MonkeyPatch
) -> "Iterator[Ground]":
    from consumer.testing.ground import Ground
    from consumer.testing.surroundings import surround

    surround(monkeypatch, jobs_server, list(request.node.iter_markers("jobs")))
    ground = Ground()
    monkeypatch.setattr("jobdefs.storage.moment.argument", ground.clock.argument)
    try:
        yield ground
    finally:
        ground.close()


@pytest.fixture
def jobs(_jobs_ground: "Ground") -> "Jobs":
    """The jobs of an ``async def`` test: REDIS_URL and JOBS_NAMESPACE lead to an installation of its own."""
    from consumer.testing.jobs import Jobs

    return Jobs(_jobs_ground)


@pytest.fixture
def sync_jobs(_jobs_ground: "Ground") -> "Iterator[SyncJobs]":
    """The jobs of a plain test: REDIS_URL and JOBS_NAMESPACE lead to an installation of its own."""
    from consumer.testing.jobs import SyncJobs

    opened = SyncJobs(_jobs_ground)
    try:
        yield opened
    finally:
        opened.close()
