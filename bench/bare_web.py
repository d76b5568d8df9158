"""The bound of a service: ``python -m bench.bare_web`` parses JSON and answers 202; with a URL, it pushes it first."""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import redis.asyncio
from aiohttp import web

try:
    # As the service does.
    from uvloop import new_event_loop
except ImportError:
    from asyncio import new_event_loop

PATH = "/enqueue"
Answer = Callable[[web.Request], Awaitable[web.Response]]


async def _answer(request: web.Request) -> web.Response:
    return web.json_response({"id": str(json.loads(await request.read())["payload"]["number"])}, status=202)


def _pushing(url: str) -> Answer:
    client: Any = redis.asyncio.Redis.from_url(url)

    async def push(request: web.Request) -> web.Response:
        body = await request.read()
        answer = {"id": str(json.loads(body)["payload"]["number"])}
        await client.lpush("bench", body)
        return web.json_response(answer, status=202)

    return push


def main(*urls: str) -> None:
    """Serve on any free port until this process is ended."""
    app = web.Application()
    app.router.add_post(PATH, _pushing(urls[0]) if urls else _answer)
    runner = new_event_loop()
    runner.run_until_complete(_serve(app))
    runner.run_forever()


async def _serve(app: web.Application) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"listening on http://{host}:{port}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
