"""What went wrong, as a client gets it: problem+json (RFC 9457), from one table."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import attrs
from aiohttp import hdrs, web

from jobdefs import errors

CONTENT_TYPE: Final = "application/problem+json"
OURS: Final = "This is a fault of the service; its log says more."
TYPE: Final = "urn:aiohttp-huey:problem:"


@attrs.frozen
class Kind:
    """How errors of one class are told; ``members`` are the error's fields that the client gets too."""

    status: HTTPStatus
    title: str
    members: tuple[str, ...] = ()


KINDS: Final[Mapping[type[errors.JobsError], Kind]] = {
    errors.InvalidBody: Kind(HTTPStatus.BAD_REQUEST, "The body is not acceptable JSON"),
    errors.UnknownJob: Kind(HTTPStatus.NOT_FOUND, "No job has this name", ("matches",)),
    errors.JobNotFound: Kind(HTTPStatus.NOT_FOUND, "No job has this id"),
    errors.WrongState: Kind(HTTPStatus.CONFLICT, "The job's state does not allow this", ("state",)),
    errors.DuplicateJob: Kind(HTTPStatus.CONFLICT, "Another job holds the unique key", ("job_id", "key")),
    errors.IdempotencyConflict: Kind(HTTPStatus.CONFLICT, "The id or key stands for another request", ("job_id",)),
    errors.TooLarge: Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large", ("size", "limit")),
    errors.InvalidPayload: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "The payload does not fit its class", ("faults",)),
    errors.InvalidOption: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "An option is out of range", ("option",)),
    errors.RequestError: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Not possible as asked"),
    errors.StoreUnavailable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The store gave no answer"),
    errors.StoreFull: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The store is full"),
    errors.NotDurable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The durability asked for was not reached"),
    errors.StoreUnsuitable: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The store cannot keep the promises"),
    errors.StoreCorrupt: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The store holds something strange"),
    errors.JobsError: Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "The service failed"),
}


def kind_of(error: type[errors.JobsError]) -> Kind:
    """Return how errors of this class are told: as the nearest class above it in the table."""
    return next(KINDS[cls] for cls in error.__mro__ if issubclass(cls, errors.JobsError) and cls in KINDS)


def is_for_clients(error: errors.JobsError) -> bool:
    """Tell whether a client can do something about an error; all others are faults of ours."""
    return kind_of(type(error)).status != HTTPStatus.INTERNAL_SERVER_ERROR


def document(error: errors.JobsError) -> dict[str, Any]:
    """Return what a client reads about an error."""
    kind = kind_of(type(error))
    members = {name: _plain(getattr(error, name)) for name in kind.members}
    return _document(kind.status, error.code, kind.title, str(error)) | members


def answer(error: errors.JobsError) -> web.Response:
    """Return the response to a request that ended with an error."""
    retry_after_s = getattr(error, "retry_after_s", None)
    return _response(document(error), {} if retry_after_s is None else {hdrs.RETRY_AFTER: str(retry_after_s)})


def answer_http(error: web.HTTPException, request: web.BaseRequest) -> web.Response:
    """Return the response to what aiohttp, or a handler in its words, refused; headers such as Allow are kept."""
    headers = {
        name: value for name, value in error.headers.items() if name not in (hdrs.CONTENT_TYPE, hdrs.CONTENT_LENGTH)
    }
    return _response(of_status(HTTPStatus(error.status), _detail(error, request)), headers)


def answer_unexpected() -> web.Response:
    """Return the response to a request that met a fault of ours, without its traceback."""
    return _response(of_status(HTTPStatus.INTERNAL_SERVER_ERROR, OURS), {})


def of_status(status: HTTPStatus, detail: str) -> dict[str, Any]:
    """Return what a client reads about an error that is told in the words of HTTP."""
    return _document(status, status.name.lower(), status.phrase, detail)


def _document(status: HTTPStatus, code: str, title: str, detail: str) -> dict[str, Any]:
    return {"type": TYPE + code, "title": title, "status": status.value, "detail": detail, "code": code}


def _response(body: dict[str, Any], headers: Mapping[str, str]) -> web.Response:
    return web.json_response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def _plain(value: Any) -> Any:
    return (
        [attrs.asdict(part) if attrs.has(type(part)) else part for part in value] if isinstance(value, tuple) else value
    )


def _detail(error: web.HTTPException, request: web.BaseRequest) -> str:
    match error:
        case web.HTTPMethodNotAllowed():
            possible = ", ".join(sorted(error.allowed_methods))
            return f"{request.method} is not possible at {request.path}; possible: {possible}."
        case web.HTTPNotFound():
            return f"There is nothing at {request.path}."
        case _:
            return error.text or error.reason
