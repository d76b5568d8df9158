"""Puts the document together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import attrs

from jobdefs.clock import to_ms
from jobdefs.definition import Definition
from service.openapi import answers, bodies, failures, payloads
from service.openapi.parameters import HEADERS
from service.openapi.schema import Fragment, ref
from service.route import Answer, Content, Parameter, Route

OPENAPI: Final = "3.1.0"
_DISTRIBUTION: Final = "aiohttp-huey"
_BEARER: Final = "bearer"
_TEXT: Final = (
    "Jobs are put in by name and answered at once; consumers run them. Every error is a problem (RFC 9457): compare "
    "its `code`, show its `detail`. A 503 says when to send the same request again: with an `id` or an "
    "`Idempotency-Key` of yours the job exists once."
)
_SCHEME: Final = {"type": "http", "scheme": "bearer", "description": "The token in the service's setting JOBS_TOKEN"}


def document(
    routes: Sequence[Route], definitions: Iterable[Definition], *, mount: str = "", guarded: bool = False
) -> dict[str, Any]:
    """Return the OpenAPI document of an application with these routes, whose paths begin behind ``mount``.

    ``guarded``: a token is asked for. Raises DefinitionError for a payload that has no schema.
    """
    known = list(definitions)
    writer = _Writer(guarded=guarded)
    return {
        "openapi": OPENAPI,
        "info": {"title": _DISTRIBUTION, "version": _version(), "description": _TEXT},
        "servers": [{"url": mount or "/"}],
        "tags": [{"name": group} for group in dict.fromkeys(route.group for route in routes)],
        **({"security": [{_BEARER: []}]} if guarded else {}),
        "paths": {path: {method: operation} for path, method, operation in writer.operations(routes, known)},
        "components": writer.components(known),
    }


def _version() -> str:
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:  # run from its sources
        return "0"


class _Writer:
    """Writes operations, and remembers which parts of the document they refer to."""

    def __init__(self, *, guarded: bool) -> None:
        self._guarded = guarded
        self._parameters: dict[str, Any] = {}
        self._responses: dict[str, Any] = {}

    def operations(self, routes: Iterable[Route], known: Sequence[Definition]) -> Iterator[tuple[str, str, Any]]:
        for route in routes:
            method = route.method.lower()
            if not route.is_per_job:
                yield route.path, method, self._operation(route)
            for definition in known if route.is_per_job else ():
                typed = _typed(route, definition)
                yield typed.path, method, self._operation(typed) | {"description": _facts(definition)}

    def components(self, known: Sequence[Definition]) -> dict[str, Any]:
        schemas = answers.schemas() | failures.schemas() | bodies.common([definition.name for definition in known])
        for definition in known:
            schemas |= _of_job(definition)
        secured = {"securitySchemes": {_BEARER: _SCHEME}}
        return {
            "schemas": schemas,
            "responses": self._responses,
            "parameters": self._parameters,
            "headers": dict(HEADERS),
            **(secured if self._guarded else {}),
        }

    def _operation(self, route: Route) -> dict[str, Any]:
        guarded = self._guarded and not route.open
        failed = failures.by_status((*route.errors, *failures.everywhere(route.path, guarded=guarded)))
        good = {str(status): _response(answer) for status, answer in route.responses.items()}
        bad = {str(status): self._failed(together) for status, together in failed.items()}
        return {
            "operationId": route.name,
            "summary": route.summary,
            "tags": [route.group],
            **({"security": []} if self._guarded and route.open else {}),
            **({"parameters": [self._parameter(one) for one in route.parameters]} if route.parameters else {}),
            **({"requestBody": {"required": True, "content": _content(route.body)}} if route.body else {}),
            "responses": good | bad,
        }

    def _failed(self, together: Sequence[failures.Failing]) -> Fragment:
        name = failures.name(together)
        self._responses.setdefault(name, failures.response(together))
        return {"$ref": f"#/components/responses/{name}"}

    def _parameter(self, given: Parameter) -> Fragment:
        written = {"name": given.name, "in": given.place, "description": given.description, "schema": given.schema}
        self._parameters[given.name] = written | ({"required": True} if given.place == "path" else {})
        return {"$ref": f"#/components/parameters/{given.name}"}


def _typed(route: Route, definition: Definition) -> Route:
    """Return the route for jobs of one definition, at a path of its own."""
    return attrs.evolve(
        route,
        path=route.path.replace("{name}", definition.name),
        name=f"{route.name}.{definition.name}",
        summary=f"Enqueue one {definition.name}",
        body={media: ref(f"Enqueue.{definition.name}") for media in route.body},
    )


def _response(answer: Answer) -> dict[str, Any]:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in answer.headers}
    return {
        "description": answer.meaning,
        **({"headers": headers} if headers else {}),
        **({"content": _content(answer.content)} if answer.content else {}),
    }


def _content(content: Content) -> dict[str, Any]:
    return {media: {"schema": schema} for media, schema in content.items()}


def _of_job(definition: Definition) -> Mapping[str, Fragment]:
    """Return the schemas of one definition: its payload with its parts, a body with it, and an entry among many."""
    name = definition.name
    payload = ref(f"Payload.{name}")
    found = payloads.schemas(definition)
    one, entry = bodies.one(payload), bodies.entry(name, payload)
    for example in found[f"Payload.{name}"].get("examples", ())[:1]:
        one["examples"], entry["examples"] = [{"payload": example}], [{"name": name, "payload": example}]
    return {**found, f"Enqueue.{name}": one, f"Entry.{name}": entry}


def _facts(definition: Definition) -> str:
    facts = [
        f"Queue `{definition.queue}`, priority {definition.priority}, at most {definition.retry.attempts} attempts"
    ]
    if definition.timeout is not None:
        facts.append(f"of at most {to_ms(definition.timeout):,} ms each")
    if definition.unique is not None:
        facts.append("unique")
    return "\n\n".join(filter(None, (definition.description, f"{', '.join(facts)}.")))
