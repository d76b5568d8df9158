"""Producers in other languages, beside a service and a consumer that know nothing of them."""

from collections.abc import Iterator

import pytest

from tests.support.consumers import consuming
from tests.support.jobs import Jobs, jobs_on
from tests.support.node import Node, installed
from tests.support.programs import serving

DEFINITIONS = "tests.support.parcels.jobs"
HANDLERS = "tests.support.parcels.handlers"


@pytest.fixture(scope="session")
def node(request: pytest.FixtureRequest) -> Node:
    """Node with the producer and what it needs."""
    return installed(request.config.cache.mkdir("node"))


@pytest.fixture
def service(redis_url: str) -> Iterator[str]:
    """The address of a service."""
    with serving(REDIS_URL=redis_url, JOBS_MODULES=DEFINITIONS, PYTHONPATH=".") as (_, connection):
        yield f"http://{connection.host}:{connection.port}"


@pytest.fixture
def jobs(redis_url: str) -> Iterator[Jobs]:
    """The jobs of a consumer that runs."""
    with consuming(redis_url, JOBS_MODULES=DEFINITIONS, JOBS_HANDLERS=HANDLERS), jobs_on(redis_url) as opened:
        yield opened
