"""The document at /openapi.json as a contract: what is wrong with an answer by it, or missing in it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs
from aiohttp import web
from aiohttp.typedefs import Handler
from jsonschema import Draft202012Validator

from service.openapi.description import DESCRIPTION

_LONGEST: Final = 64 * 1024
_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}


def closed(schema: Any) -> Any:
    """Return a schema whose objects have no members but those that it names."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: closed(part) for key, part in schema.items()}
    return {"additionalProperties": False, **parts} if isinstance(parts.get("properties"), dict) else parts


def misfits(document: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> list[str]:
    """Return what is wrong with a value by a schema of the document."""
    faults = Draft202012Validator({**schema, "components": document["components"]}).iter_errors(value)
    return [f"{fault.json_path}: {fault.message[:200]}" for fault in faults]


@attrs.frozen
class Answered:
    """An answer that was given, with its body where that is short and JSON."""

    method: str
    path: str
    status: str
    headers: Mapping[str, str]
    media: str | None
    body: Any

    @classmethod
    def by(cls, request: web.Request, response: web.StreamResponse) -> "Answered":
        """Return what a request was answered."""
        media = response.content_type if "Content-Type" in response.headers else None
        body = response.body if isinstance(response, web.Response) else None
        short = isinstance(body, bytes) and 0 < len(body) < _LONGEST and (media or "").endswith("json")
        return cls(request.method, request.path, str(response.status), response.headers, media, body if short else None)

    @property
    def value(self) -> Any:
        """What the body says, None where that is not known."""
        return None if self.body is None else json.loads(self.body)

    @property
    def code(self) -> str:
        """The problem's code, empty where it is none."""
        return str(self.value["code"]) if self.media == "application/problem+json" else ""


@attrs.define
class Contract:
    """Remembers the answers of an application whose middleware it is, and judges them."""

    document: Mapping[str, Any]
    answers: list[Answered] = attrs.field(factory=list)

    @classmethod
    def of(cls, app: web.Application, mount: str = "") -> "Contract":
        """Return the contract of an application that begins behind ``mount``."""
        document = json.loads(app[DESCRIPTION].at(mount).body)
        document["components"]["schemas"] = closed(document["components"]["schemas"])
        return cls(document)

    def watching(self) -> Any:
        """Return the middleware."""

        @web.middleware
        async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
            response = await handler(request)
            self.answers.append(Answered.by(request, response))
            return response

        return watch

    @property
    def complaints(self) -> list[str]:
        """What is wrong with the answers so far."""
        return [
            f"{answer.method} {answer.path} {answer.status}: {complaint}"
            for answer in self.answers
            for complaint in self._judged(answer)
        ]

    @property
    def seen(self) -> set[tuple[str, str, str]]:
        """The operations, statuses and codes of the answers so far."""
        found = ((self.operation(answer.method, answer.path), answer) for answer in self.answers)
        return {(operation["operationId"], answer.status, answer.code) for operation, answer in found if operation}

    def operation(self, method: str, path: str) -> Mapping[str, Any] | None:
        """Return the operation at a path, None where there is none; what is written out goes before what has gaps."""
        for place, item in sorted(self.document["paths"].items(), key=lambda pair: "{" in pair[0]):
            if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(place)), path):
                found: Mapping[str, Any] | None = item.get(method.lower().replace("head", "get"))
                return found
        return None

    def found(self, part: Any) -> Any:
        """Return a part of the document, or what it refers to."""
        while isinstance(part, dict) and "$ref" in part:
            target: Any = self.document
            for step in part["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            part = target
        return part

    def _judged(self, answer: Answered) -> Iterator[str]:
        operation = self.operation(answer.method, answer.path)
        if operation is None:
            # No definition has the name, or nothing is there.
            yield from self._compared(_PROBLEM, answer)
            return
        described = self.found(operation["responses"].get(answer.status))
        if described is None:
            yield "the document has no such status"
            return
        yield from (f"no header {name}" for name in described.get("headers", {}) if name not in answer.headers)
        content = described.get("content", {})
        if answer.media in content:
            yield from self._compared(content[answer.media]["schema"], answer)
        elif content or answer.media is not None:
            yield f"the document has no such media type: {answer.media}"

    def _compared(self, schema: Mapping[str, Any], answer: Answered) -> list[str]:
        return [] if answer.body is None else misfits(self.document, schema, answer.value)
