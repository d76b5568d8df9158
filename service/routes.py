"""Every route of the service, in one table."""

from typing import Final

from aiohttp import web

from jobdefs import errors
from service import health
from service.api import description, enqueue, jobs, overview
from service.body import LINES
from service.openapi.parameters import FILTERS, JOB_ID, KEY, KNOWN
from service.openapi.schema import OBJECT, TEXT, ref
from service.route import JSON, Answer, Failure, Route

PREFIX: Final = "/v1"

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


def _json(meaning: str, name: str, *headers: str) -> Answer:
    return Answer(meaning, {JSON: ref(name)}, headers)


ROUTES: Final = (
    Route(
        method="POST",
        path="/v1/enqueue/{name}",
        handler=enqueue.enqueue,
        name="enqueue",
        group="Enqueue",
        summary="Enqueue one job",
        parameters=(KEY,),
        body={JSON: ref("Enqueue.{name}")},
        responses={
            202: _json("the job was put in; Location tells where to follow it", "Receipt", "Location"),
            200: _json(
                "it was there already, or another job holds its unique key: the answer is about that job",
                "Receipt",
                "Location",
            ),
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
        group="Enqueue",
        summary="Enqueue many jobs",
        parameters=(KEY,),
        body={JSON: ref("Many"), LINES: ref("Lines")},
        responses={
            200: Answer(
                "a verdict for each job, in their order: status, and the receipt or the problem; for lines, each on a "
                "line of its own, while more of them come",
                {JSON: ref("Verdicts"), LINES: ref("VerdictLines")},
            )
        },
        errors=(*_BODY, *_ENQUEUED),
    ),
    Route(
        method="GET",
        path="/v1/jobs/{id}",
        handler=jobs.job,
        name="job",
        group="Jobs",
        summary="Show one job",
        parameters=(JOB_ID,),
        responses={200: _json("everything that is known of the job", "Job")},
        errors=(errors.JobNotFound, *_STORE),
    ),
    Route(
        method="GET",
        path="/v1/jobs",
        handler=jobs.page,
        name="jobs",
        group="Jobs",
        summary="List jobs",
        parameters=FILTERS,
        responses={200: _json("a page of jobs, and the cursor of the next one or null", "JobPage")},
        errors=(errors.InvalidOption, *_STORE),
    ),
    Route(
        method="POST",
        path="/v1/jobs/{id}/cancel",
        handler=jobs.cancel,
        name="cancel",
        group="Jobs",
        summary="Cancel a job that has not ended",
        parameters=(JOB_ID,),
        responses={
            200: _json("the job's id and state, also if it is cancelled already", "Move"),
            202: _json(
                "it runs, and its consumer hears at once, with its next beat at the latest (a quarter of a lease), "
                "that it shall end",
                "Move",
            ),
        },
        errors=(errors.JobNotFound, errors.WrongState, *_STORE),
    ),
    Route(
        method="POST",
        path="/v1/jobs/{id}/replay",
        handler=jobs.replay,
        name="replay",
        group="Jobs",
        summary="Make a dead, cancelled, expired or parked job ready again",
        parameters=(JOB_ID,),
        responses={200: _json("the job's id and state", "Move")},
        errors=(errors.JobNotFound, errors.WrongState, errors.DuplicateJob, *_TAKEN),
    ),
    Route(
        method="GET",
        path="/v1/queues",
        handler=overview.queues,
        name="queues",
        group="Overview",
        summary="Count the jobs of every queue and of every name",
        responses={
            200: _json(
                "for each queue its jobs that wait, run and are suspect, and the age of the oldest ready one; for each "
                "name how many jobs were put in and their states; the number of repairs, and of ends of attempts that "
                "were refused since their lease was lost",
                "Overview",
            )
        },
        errors=_STORE,
    ),
    Route(
        method="GET",
        path="/v1/definitions",
        handler=overview.definitions,
        name="definitions",
        group="Overview",
        summary="Show what can be enqueued",
        responses={
            200: _json(
                "for each name its version, queue, policy, uniqueness and the JSON Schema of its payload", "Definitions"
            )
        },
    ),
    Route(
        method="GET",
        path="/healthz",
        handler=health.live,
        name="live",
        group="Health",
        summary="Tell whether the service lives",
        responses={200: _json("it does", "Alive")},
        open=True,
    ),
    Route(
        method="GET",
        path="/readyz",
        handler=health.ready,
        name="ready",
        group="Health",
        summary="Tell whether the service can take jobs",
        responses={200: _json("the store takes jobs in and can keep the promises", "Ready")},
        errors=_TAKEN,
        open=True,
    ),
    Route(
        method="GET",
        path="/openapi.json",
        handler=description.openapi,
        name="openapi",
        group="Description",
        summary="Describe this API as OpenAPI 3.1",
        parameters=(KNOWN,),
        responses={
            200: Answer("the document, with a typed body for each definition", {JSON: OBJECT}, ("ETag",)),
            304: Answer("it is what you have", headers=("ETag",)),
        },
        goes_along=True,
    ),
    Route(
        method="GET",
        path="/docs",
        handler=description.docs,
        name="docs",
        group="Description",
        summary="Show a page to read that document in",
        parameters=(KNOWN,),
        responses={
            200: Answer("the page, which asks nobody else for anything", {"text/html": TEXT}, ("ETag",)),
            304: Answer("it is what you have", headers=("ETag",)),
        },
        open=True,
        goes_along=True,
    ),
)

OPEN: Final = tuple(route.handler for route in ROUTES if route.open)


def below(prefix: str) -> tuple[Route, ...]:
    """Return the routes of an application that is mounted at a prefix."""
    return tuple(found for route in ROUTES if (found := route.below(prefix)) is not None)
