"""The texts of a new job's definition, handler and test."""

from service.cli.scaffold.names import Names

# A payload that fits, as Python and as JSON.
SAMPLE = '{"message": "hello"}'


def definition(names: Names, queue: str | None) -> str:
    """Return the payload class."""
    options = f', queue="{queue}"' if queue else ""
    return f'''\
@define("{names.job}"{options})
@attrs.frozen
class {names.payload}:
    """Say in a sentence what a job of this name does."""

    message: str
'''


def handler(names: Names) -> str:
    """Return the handler."""
    return f'''\
@handles({names.payload})
async def {names.handler}(job: {names.payload}) -> dict[str, str]:
    """Do the work; what is returned is kept as the job's result."""
    return {{"message": job.message}}
'''


def test(names: Names, modules: str, handlers: str) -> str:
    """Return the tests."""
    return f'''\
pytestmark = pytest.mark.jobs(modules="{modules}", handlers="{handlers}")


def test_result(sync_jobs: SyncJobs) -> None:
    """The handler gets the payload through the codec, and its result can be kept."""
    result = sync_jobs.run({names.payload}(message="hello"))
    assert result == {{"message": "hello"}}


def test_end(sync_jobs: SyncJobs) -> None:
    """A job that was enqueued is run to its end."""
    sync_jobs.enqueue({names.payload}(message="hello"))
    [job] = sync_jobs.drain()
    assert job.state is State.SUCCEEDED
'''
