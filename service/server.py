"""The stand-alone service as a program: listens, serves, and ends in order."""

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Final, cast

from aiohttp import web

from jobdefs.errors import JobsError, SettingsError
from jobdefs.runtime import notify
from service.access import is_loopback
from service.access_log import AccessLog
from service.app import create_app
from service.connection import IDLE_S, Connection
from service.key import QUEUE
from service.listener import BACKLOG, listen
from service.settings import ServiceSettings

try:
    from uvloop import new_event_loop
except ImportError:
    from asyncio import new_event_loop

SHUTDOWN_S: Final = 10.0
_ALLOCATIONS: Final = 5_000


def serve(settings: ServiceSettings) -> None:
    """Serve until SIGTERM or SIGINT; requests that have begun may end.

    Raises SettingsError where it cannot listen, and StoreUnavailable or StoreUnsuitable where it should not start.
    """
    _check_access(settings)
    app = create_app(settings=settings)
    app.on_startup.append(_check_store)
    app.on_shutdown.append(_say_stopping)
    app.cleanup_ctx.append(_watched)
    _spare_collections()
    with listen(settings) as listener, asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_serve(app, listener, settings))


async def _serve(app: web.Application, listener: socket.socket, settings: ServiceSettings) -> None:
    stopping = _told_to_stop()
    runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    connect = partial(_connection, cast("web.Server", runner.server), settings)
    server = await asyncio.get_running_loop().create_server(connect, sock=listener, backlog=BACKLOG)
    try:
        _announce(listener)
        await stopping.wait()
    finally:
        server.close()
        await runner.cleanup()


def _told_to_stop() -> asyncio.Event:
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping


def _connection(server: web.Server, settings: ServiceSettings) -> Connection:
    # None is for no log at all, as with run_app, though its type does not say so.
    access_log = logging.getLogger("aiohttp.access") if settings.access_log else None
    return Connection(
        server,
        loop=asyncio.get_running_loop(),
        keepalive_timeout=IDLE_S,
        # A body that is compressed is refused, so nobody is to pay for what it would become.
        auto_decompress=False,
        access_log=cast("logging.Logger", access_log),
        access_log_class=AccessLog,
    )


def _spare_collections() -> None:
    """Have garbage in cycles collected rarely, and never look at what start-up made: it lives as long as the program.

    A request leaves nearly no cycles, and Python would look for them every few requests. A connection leaves one, with
    what was sent to it and never read, so they must not wait for long.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)


def _check_access(settings: ServiceSettings) -> None:
    if not settings.token and not is_loopback(settings.host):
        raise SettingsError(
            f"JOBS_HOST: {settings.host} is reachable from other machines, and no token is asked for;"
            " set JOBS_TOKEN to a long random text, or listen on 127.0.0.1"
        )


async def _check_store(app: web.Application) -> None:
    try:
        await app[QUEUE].check()
    except JobsError:
        if app[QUEUE].carries_over:
            return
        # aiohttp cleans up only what it started as a whole.
        await app.cleanup()
        raise


def _announce(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    sys.stdout.write(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}\n")
    sys.stdout.flush()
    notify.ready()


async def _say_stopping(_app: web.Application) -> None:
    notify.stopping()


async def _watched(_app: web.Application) -> AsyncIterator[None]:
    interval_s = notify.watchdog_interval_s()
    if interval_s is None:
        yield
        return
    beating = asyncio.create_task(_beat(interval_s))
    yield
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating


async def _beat(interval_s: float) -> None:
    while True:
        notify.watchdog()
        await asyncio.sleep(interval_s)
