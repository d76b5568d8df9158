"""The acceptance list of the specification that this project was begun with, one test for each of its points."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient

import jobdefs
import service
from jobdefs.state import State
from service.settings import ServiceSettings
from tests.support.consumers import consuming
from tests.support.waiting import eventually_async

ROOT = Path(__file__).parents[2]
OURS = {"jobdefs", "service", "consumer"}


def test_definitions() -> None:
    """The package of definitions exports the queue's name and the schema of TEST_JOB."""
    definition = jobdefs.load_catalog().get(jobdefs.TEST_JOB)
    assert (definition.queue, definition.payload) == (jobdefs.DEFAULT_QUEUE, jobdefs.TestJob)
    assert definition.retry.attempts == 3


async def test_from_service_to_consumer(redis_url: str, aiohttp_client: AiohttpClient) -> None:
    """A TEST_JOB added by an aiohttp application's QueueService is processed by ``huey_consumer consumer.app``."""
    app = web.Application()
    queue = service.setup(app, settings=ServiceSettings(redis_url=redis_url))
    await aiohttp_client(app)
    with consuming(redis_url, "-n") as consumer:
        receipt = await queue.enqueue("TEST_JOB", {"message": "hello", "number": 7})

        async def succeeded() -> bool:
            return (await queue.get(receipt.id)).state is State.SUCCEEDED

        await eventually_async(succeeded, what="the job to succeed")
        assert consumer.says("TEST_JOB processed successfully with data: {'message': 'hello', 'number': 7}")


@pytest.mark.parametrize(
    ("package", "allowed"), [("service", "jobdefs"), ("consumer", "jobdefs"), ("jobdefs", "jobdefs")]
)
def test_no_circular_imports(package: str, allowed: str) -> None:
    """Of our packages, service and consumer import only jobdefs and themselves, and jobdefs only itself."""
    found = {name for path in (ROOT / package).rglob("*.py") for name in imported(ast.parse(path.read_text("utf-8")))}
    assert found & OURS <= {package, allowed}


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level packages that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
