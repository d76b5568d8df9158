"""What Huey does for a worker process around its tasks, for the quarantine's process."""

from collections.abc import Iterator
from contextlib import contextmanager

from huey.consumer import ForkSafeFlag, ProcessEnvironment, Worker

from consumer.huey_bridge.app import JobsHuey


@contextmanager
def of(app: JobsHuey) -> Iterator[None]:
    """Run the start-up hooks before the block and the shutdown hooks after it; in it, timeouts interrupt handlers."""
    app._timeout_handler = ProcessEnvironment().timeout  # noqa: SLF001 - as Huey's consumer does
    worker = Worker(app, ForkSafeFlag(), default_delay=0, max_delay=0, backoff=1)
    worker.initialize()
    yield
    worker.shutdown()
