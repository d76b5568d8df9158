"""How an application enqueues."""

from datetime import UTC, datetime, timedelta

from aiohttp import web

import service
from jobdefs import load_catalog
from tests.typing.accepts.definitions import SendEmail


async def sign_up(request: web.Request) -> web.Response:
    queue = request.app[service.QUEUE]
    email = SendEmail(to="a@b", subject="s")
    receipt = await queue.enqueue(email, delay=timedelta(minutes=5), unique_key="welcome", on_conflict="replace")
    await queue.enqueue("SEND_EMAIL", {"to": "a@b", "subject": "s"}, run_at=datetime.now(UTC), priority=3)
    await queue.enqueue_many([service.EnqueueRequest(email), service.EnqueueRequest("SEND_EMAIL", {"to": "a@b"})])
    record = await queue.get(receipt.id)
    return web.json_response({"job": receipt.id, "state": record.state}, status=202)


def create_app() -> web.Application:
    app = web.Application()
    service.setup(app, catalog=load_catalog("myapp.jobs"), routes=True)
    app.router.add_post("/sign-up", sign_up)
    return app
