"""Every route of the service, in one table."""

from collections.abc import Mapping
from typing import Final

import attrs
from aiohttp import web
from aiohttp.typedefs import Handler

from jobdefs import errors
from service import health
from service.api import enqueue, jobs, overview

PREFIX: Final = "/v1"
Failure = type[errors.JobsError] | type[web.HTTPException]

_STORE: Final[tuple[Failure, ...]] = (errors.StoreUnavailable, errors.StoreUnsuitable, errors.StoreCorrupt)
_TAKEN: Final[tuple[Failure, ...]] = (*_STORE, errors.StoreFull)
_ENQUEUED: Final[tuple[Failure, ...]] = (*_TAKEN, errors.NotDurable)
_BODY: Final[tuple[Failure, ...]] = (
    errors.InvalidBody,
    errors.TooLarge,
    web.HTTPUnsupportedMediaType,
    web.HTTPRequestTimeout,
    errors.InvalidOption,
)
_OPTIONS: Final = (
    "delay_ms, run_at, priority, expires_in_ms, attempts, id, durability, unique_key, unique_until, unique_for_ms, "
    "on_conflict; and the header Idempotency-Key in place of the id"
)


@attrs.frozen(kw_only=True)
class Route:
    """One way in. ``request`` says what the body or the query has, ``responses`` what each status means."""

    method: str
    path: str
    handler: Handler
    name: str
    summary: str
    request: str = ""
    responses: Mapping[int, str]
    errors: tuple[Failure, ...] = ()

    def is_below(self, prefix: str) -> bool:
        """Tell whether the path begins with the prefix."""
        return self.path.startswith(f"{prefix}/")

    def definition(self, path: str) -> web.RouteDef:
        """Return the route for a router, at another path; GET answers HEAD too."""
        return {"GET": web.get, "POST": web.post}[self.method](path, self.handler, name=self.name)


ROUTES: Final = (
    Route(
        method="POST",
        path="/v1/enqueue/{name}",
        handler=enqueue.enqueue,
        name="enqueue",
        summary="Enqueue one job",
        request=f"an object with payload, and if wanted {_OPTIONS}",
        responses={
            202: "the job was put in; Location tells where to follow it",
            200: "it was there already, or another job holds its unique key: the answer is about that job",
        },
        errors=(
            errors.UnknownJob,
            errors.InvalidPayload,
            errors.DuplicateJob,
            errors.IdempotencyConflict,
            *_BODY,
            *_ENQUEUED,
        ),
    ),
    Route(
        method="POST",
        path="/v1/enqueue",
        handler=enqueue.enqueue_many,
        name="enqueue_many",
        summary="Enqueue many jobs",
        request=f"an object with jobs: an array of objects with name, payload, and if wanted {_OPTIONS}; "
        "or, as application/x-ndjson, any number of such objects, each on a line of its own",
        responses={
            200: "a verdict for each job, in their order: status, and the receipt or the problem; for lines, each on a "
            "line of its own, while more of them come"
        },
        errors=(*_BODY, *_ENQUEUED),
    ),
    Route(
        method="GET",
        path="/v1/jobs/{id}",
        handler=jobs.job,
        name="job",
        summary="Show one job",
        responses={200: "everything that is known of the job"},
        errors=(errors.JobNotFound, *_STORE),
    ),
    Route(
        method="GET",
        path="/v1/jobs",
        handler=jobs.page,
        name="jobs",
        summary="List jobs",
        request="a query with state, queue, name, cursor, limit (1 to 200), each if wanted",
        responses={200: "a page of jobs, and the cursor of the next one or null"},
        errors=(errors.InvalidOption, *_STORE),
    ),
    Route(
        method="POST",
        path="/v1/jobs/{id}/cancel",
        handler=jobs.cancel,
        name="cancel",
        summary="Cancel a job that has not ended",
        responses={
            200: "the job's id and state, also if it is cancelled already",
            202: "it runs, and its consumer hears at once, with its next beat at the latest (a quarter of a lease), "
            "that it shall end",
        },
        errors=(errors.JobNotFound, errors.WrongState, *_STORE),
    ),
    Route(
        method="POST",
        path="/v1/jobs/{id}/replay",
        handler=jobs.replay,
        name="replay",
        summary="Make a dead, cancelled, expired or parked job ready again",
        responses={200: "the job's id and state"},
        errors=(errors.JobNotFound, errors.WrongState, errors.DuplicateJob, *_TAKEN),
    ),
    Route(
        method="GET",
        path="/v1/queues",
        handler=overview.queues,
        name="queues",
        summary="Count the jobs of every queue and of every name",
        responses={
            200: "for each queue its jobs that wait, run and are suspect, and the age of the oldest ready one; "
            "for each name how many jobs were put in and their states; the number of repairs, and of ends of attempts "
            "that were refused since their lease was lost"
        },
        errors=_STORE,
    ),
    Route(
        method="GET",
        path="/v1/definitions",
        handler=overview.definitions,
        name="definitions",
        summary="Show what can be enqueued",
        responses={200: "for each name its version, queue, policy, uniqueness and the JSON Schema of its payload"},
    ),
    Route(
        method="GET",
        path="/healthz",
        handler=health.live,
        name="live",
        summary="Tell whether the service lives",
        responses={200: "it does"},
    ),
    Route(
        method="GET",
        path="/readyz",
        handler=health.ready,
        name="ready",
        summary="Tell whether the service can take jobs",
        responses={200: "the store takes jobs in and can keep the promises"},
        errors=_STORE,
    ),
)


def within(prefix: str) -> list[web.RouteDef]:
    """Return the routes below a prefix, for an application that is mounted there."""
    return [route.definition(route.path.removeprefix(prefix)) for route in ROUTES if route.is_below(prefix)]


def everything() -> list[web.RouteDef]:
    """Return every route, where the table has it."""
    return [route.definition(route.path) for route in ROUTES]
