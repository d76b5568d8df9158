"""Runs a defined job on the spot, for Huey's immediate mode."""

import asyncio
from datetime import timedelta
from typing import Any

from consumer.binding import load_bindings
from consumer.context import JobContext
from consumer.huey_bridge.app import JobsHuey
from consumer.settings import ConsumerSettings
from jobdefs.runtime.settings import load


def run(app: JobsHuey, payload: Any, task: Any) -> Any:
    """Return what the handler of this payload returns; an ``async def`` handler gets an event loop of its own.

    What it enqueues through its context runs after it, if it succeeds.
    """
    name = app.catalog.of(payload).name
    binding = load_bindings(app.catalog, load(ConsumerSettings).handlers)[name]
    follow_ups: list[Any] = []

    def enqueue(job: Any, delay: timedelta) -> str:
        new = app.task_classes[app.catalog.of(job).name]
        follow_ups.append(new((job,), eta=app._get_timestamp() + delay if delay else None))  # noqa: SLF001 - Huey's clock
        return str(follow_ups[-1].id)

    context = (_context(app, name, task, enqueue),) if binding.takes_context else ()
    value = binding.handler(payload, *context)
    result = asyncio.run(value) if binding.asynchronous else value
    for follow_up in follow_ups:
        app.enqueue(follow_up)
    return result


def _context(app: JobsHuey, name: str, task: Any, enqueue: Any) -> JobContext:
    definition = app.catalog.get(name)
    attempts = definition.retry.attempts
    return JobContext(
        id=task.id,
        name=name,
        queue=definition.queue,
        attempt=attempts - task.retries,
        attempts=attempts,
        lost=0,
        generation=0,
        fence=attempts - task.retries,
        deadline=task._deadline,  # noqa: SLF001 - a moment of time.monotonic(), as Huey keeps it
        enqueue=enqueue,
    )
