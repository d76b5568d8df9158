"""The queue as a command reaches it: without the service, straight at the store."""

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable
from functools import wraps

from jobdefs.catalog import load_catalog
from jobdefs.errors import StoreUnavailable
from jobdefs.runtime.settings import load
from jobdefs.storage.drivers import AsyncStore
from jobdefs.storage.private_server import DEFAULT_URL, resolve_url, state_directory
from service.cli.wording import invocation
from service.queue import QueueService
from service.settings import ServiceSettings

Command = Callable[[QueueService, Namespace], Awaitable[int]]


def on_the_queue(command: Command) -> Callable[[Namespace], int]:
    """Make a command of a coroutine function that wants a QueueService and the options."""

    @wraps(command)
    def run(options: Namespace) -> int:
        return asyncio.run(_run(command, options))

    return run


async def _run(command: Command, options: Namespace) -> int:
    settings = load(ServiceSettings)
    url = resolve_url(settings.redis_url, state_directory(settings.state_dir))
    catalog = load_catalog(settings.modules)
    async with AsyncStore(url) as store:
        try:
            return await command(QueueService(catalog, store, settings.namespace, settings.level), options)
        except StoreUnavailable as error:
            if settings.redis_url or url != DEFAULT_URL:
                raise
            raise StoreUnavailable(f"{error} Or start everything here: {invocation()} up.") from error
