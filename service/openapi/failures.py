"""The schemas of problems, one for each code, with an example that is told as a real one is."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import attrs
from aiohttp import hdrs, web

from jobdefs import errors
from jobdefs.state import CANCELLABLE, State
from service import problems
from service.openapi.schema import INTEGER, TEXT, Fragment, array, record, ref
from service.route import Failure

_EXAMPLES: Final[tuple[errors.JobsError, ...]] = (
    errors.InvalidBody("it is empty"),
    errors.UnknownJob("SEND_EMIAL", ("SEND_EMAIL",)),
    errors.JobNotFound("order-7"),
    errors.WrongState("order-7", "cancel", State.SUCCEEDED, tuple(CANCELLABLE)),
    errors.DuplicateJob("order 7", "order-7"),
    errors.IdempotencyConflict("order-7"),
    errors.TooLarge("body", 300_000, 262_144),
    errors.InvalidPayload("SEND_EMAIL", (errors.Fault("$.subject", "is required"),)),
    errors.InvalidOption("priority", "must be an integer from 0 to 9"),
    errors.StoreUnavailable("The server at redis://127.0.0.1:6379/0 gave no answer within 1 s."),
    errors.StoreFull("The server at redis://127.0.0.1:6379/0 is out of memory."),
    errors.NotDurable("The job was not confirmed as disk in time; it may be in."),
    errors.StoreUnsuitable("The server at redis://127.0.0.1:6379/0 may throw jobs away."),
    errors.StoreCorrupt("A key at redis://127.0.0.1:6379/0 holds what is none of ours."),
)
_IN_WORDS_OF_HTTP: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.BAD_REQUEST: "This is no HTTP that could be read: unknown.",
    HTTPStatus.UNAUTHORIZED: "This needs the header Authorization: Bearer.",
    HTTPStatus.NOT_FOUND: "There is nothing at /v1/jobs/.",
    HTTPStatus.REQUEST_TIMEOUT: "The body did not end within 30 s.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body must be JSON in UTF-8, with Content-Type: application/json.",
    HTTPStatus.EXPECTATION_FAILED: "Unknown Expect: rubbish",
    HTTPStatus.INTERNAL_SERVER_ERROR: problems.OURS,
}
_MEMBERS: Final[Mapping[str, Fragment]] = {
    "matches": {**array(TEXT), "description": "Names that look like it"},
    "faults": array(record("One thing wrong", path={**TEXT, "description": "Where: a JSON path"}, reason=TEXT)),
    "state": ref("State"),
    "job_id": {**TEXT, "description": "The other job"},
    "key": {**TEXT, "description": "Empty: it is not known"},
    "option": TEXT,
    "size": {**INTEGER, "description": "In bytes"},
    "limit": {**INTEGER, "description": "In bytes"},
}


@attrs.frozen
class Failing:
    """One way in which a request fails: its problem, an example of it, and the headers that come with it."""

    meaning: str
    example: Mapping[str, Any]
    headers: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """What a client compares."""
        return str(self.example["code"])

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(self.example["status"])

    @property
    def reference(self) -> Fragment:
        """Where the document has its schema."""
        return ref(f"Problem.{self.code}")

    @property
    def schema(self) -> Fragment:
        """Its schema, with the example."""
        members = {name: _MEMBERS[name] for name in self.example if name in _MEMBERS}
        settled = {name: {"const": self.example[name]} for name in ("type", "status", "code")}
        return {**_problem(self.meaning, **settled, **members), "examples": [self.example]}


def _problem(meaning: str, **members: Fragment) -> Fragment:
    common = {"type": TEXT, "title": TEXT, "status": INTEGER, "detail": TEXT, "code": TEXT}
    return record(
        meaning, **{name: {**common.get(name, {}), **members.get(name, {})} for name in {**common, **members}}
    )


def _ours(error: errors.JobsError) -> Failing:
    meaning = " ".join((type(error).__doc__ or "").split())
    return Failing(meaning, problems.document(error), (hdrs.RETRY_AFTER,) if hasattr(error, "retry_after_s") else ())


def _https(status: HTTPStatus, detail: str) -> Failing:
    headers = (hdrs.WWW_AUTHENTICATE,) if status is HTTPStatus.UNAUTHORIZED else ()
    return Failing(status.description or status.phrase, problems.of_status(status, detail), headers)


_BY_ERROR: Final[Mapping[type[errors.JobsError], Failing]] = {type(error): _ours(error) for error in _EXAMPLES}
_BY_STATUS: Final[Mapping[int, Failing]] = {
    status.value: _https(status, detail) for status, detail in _IN_WORDS_OF_HTTP.items()
}


def failing(error: Failure) -> Failing:
    """Return how a request fails by an error."""
    return _BY_ERROR[error] if issubclass(error, errors.JobsError) else _BY_STATUS[error.status_code]


def by_status(failed: Iterable[Failure]) -> dict[int, list[Failing]]:
    """Return how a request fails by one of these errors, for each status in order."""
    found = sorted({one.code: one for one in map(failing, failed)}.values(), key=lambda one: (one.status, one.code))
    return {
        status: [one for one in found if one.status == status] for status in dict.fromkeys(one.status for one in found)
    }


def name(together: Iterable[Failing]) -> str:
    """Return the name under which the document has the response to some failures of one status."""
    found = list(together)
    return ".".join((str(found[0].status), *(one.code for one in found)))


def response(together: Iterable[Failing]) -> dict[str, Any]:
    """Return the response to some failures of one status, told apart by their code."""
    found = list(together)
    mapping = {one.code: one.reference["$ref"] for one in found}
    several: Fragment = {
        "oneOf": [one.reference for one in found],
        "discriminator": {"propertyName": "code", "mapping": mapping},
    }
    headers = {header: {"$ref": f"#/components/headers/{header}"} for one in found for header in one.headers}
    return {
        "description": "; ".join(dict.fromkeys(str(one.example["title"]) for one in found)),
        **({"headers": headers} if headers else {}),
        "content": {problems.CONTENT_TYPE: {"schema": several if len(found) > 1 else found[0].reference}},
    }


def schemas() -> dict[str, Fragment]:
    """Return the schema of each problem by its name, and that of any of them."""
    any_one = _problem("Any problem: compare code, show detail") | {"additionalProperties": True}
    each = {f"Problem.{one.code}": one.schema for one in (*_BY_ERROR.values(), *_BY_STATUS.values())}
    return {"Problem": any_one, **each}


def everywhere(path: str, *, guarded: bool) -> tuple[Failure, ...]:
    """Return the errors by which a request can fail whatever it asks for."""
    always: tuple[Failure, ...] = (web.HTTPBadRequest, web.HTTPExpectationFailed, web.HTTPInternalServerError)
    unknown: tuple[Failure, ...] = (web.HTTPNotFound,) if "{" in path else ()
    return (*always, *unknown, *((web.HTTPUnauthorized,) if guarded else ()))
