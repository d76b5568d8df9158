"""Handlers that look at jobs and move them."""

from http import HTTPStatus

from aiohttp import web

from jobdefs.errors import InvalidOption
from jobdefs.state import State
from service import views
from service.key import queue_of
from service.queue import DEFAULT_PAGE

_FILTERS = ("state", "queue", "name", "cursor", "limit")


async def job(request: web.Request) -> web.Response:
    """Show one job."""
    queue = queue_of(request)
    record = await queue.get(request.match_info["id"])
    return web.json_response(views.whole(record, queue.attempts(record)))


async def page(request: web.Request) -> web.Response:
    """Show a page of jobs."""
    queue, query = queue_of(request), request.query
    for name in query:
        if name not in _FILTERS:
            raise InvalidOption(name[:64], f"is unknown; there are {', '.join(_FILTERS)}")
        if len(query.getall(name)) > 1:
            raise InvalidOption(name, "is there more than once")
    found = await queue.page(
        state=_state(query.get("state")),
        queue=query.get("queue", ""),
        name=query.get("name", ""),
        cursor=query.get("cursor"),
        limit=_limit(query.get("limit")),
    )
    listed = [views.summary(record, queue.attempts(record)) for record in found.jobs]
    return web.json_response({"jobs": listed, "cursor": found.cursor})


async def cancel(request: web.Request) -> web.Response:
    """Cancel a job, or ask its consumer to if it runs."""
    job_id = request.match_info["id"]
    state = await queue_of(request).cancel(job_id)
    status = HTTPStatus.ACCEPTED if state is State.RUNNING else HTTPStatus.OK
    return web.json_response({"id": job_id, "state": state}, status=status)


async def replay(request: web.Request) -> web.Response:
    """Make a job that has ended ready again."""
    job_id = request.match_info["id"]
    return web.json_response({"id": job_id, "state": await queue_of(request).replay(job_id)})


def _state(text: str | None) -> State | None:
    try:
        return None if text is None else State(text)
    except ValueError:
        raise InvalidOption("state", f"is unknown; there are {', '.join(State)}") from None


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_PAGE
    if not (text.isascii() and text.isdigit()):
        raise InvalidOption("limit", "must be a whole number")
    return int(text[:9])
