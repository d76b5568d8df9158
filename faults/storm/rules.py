"""The rules for what a service answers; each yields a line for whatever breaks it."""

import json
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final

from faults.storm.answer import Answer, answers
from faults.storm.gun import Echo
from service import problems

Rule = Callable[[Echo, list[Answer]], Iterator[str]]
_FIELDS: Final = ("type", "title", "status", "detail", "code")
_TRACES: Final = (b"Traceback", b'File \\"', b'File "/', b".py")


def judged(echo: Echo) -> tuple[list[Answer], list[str]]:
    """Return the answers to a shot, and a line for each rule that they break."""
    try:
        found = list(answers(echo.data, first_is_head=echo.shot.is_head))
    except ValueError as error:
        broken = [] if echo.shot.cut else [f"unreadable: {error}"]
        return [], _told(echo, broken)
    return found, _told(echo, [line for rule in RULES for line in rule(echo, found)])


def _told(echo: Echo, lines: list[str]) -> list[str]:
    return [f"{echo.shot.subject} ({echo.shot.kind}): {line}" for line in lines]


def no_fault_of_the_service(_: Echo, found: list[Answer]) -> Iterator[str]:
    """Nothing is answered by 5xx: the store is there, so that 503 has no reason either."""
    for answer in found:
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            yield f"answered {answer.status}: {answer.body[:200]!r}"
        for verdict in _lines(answer):
            if verdict.get("status", 0) >= HTTPStatus.INTERNAL_SERVER_ERROR:
                yield f"a line says {verdict}"


def no_traceback(_: Echo, found: list[Answer]) -> Iterator[str]:
    """No answer shows how the service is made."""
    for answer in found:
        if any(trace in answer.body for trace in _TRACES):
            yield f"a traceback: {answer.body[:200]!r}"


def every_error_a_problem(echo: Echo, found: list[Answer]) -> Iterator[str]:
    """Every error is problem+json with its fields."""
    for place, answer in enumerate(found):
        bare = place == 0 and echo.shot.is_head
        if answer.status >= HTTPStatus.BAD_REQUEST and (
            answer.type != problems.CONTENT_TYPE or not (bare or _is_problem(answer))
        ):
            yield f"no problem+json: {answer.status}, {answer.type}, {answer.body[:200]!r}"


def documented(echo: Echo, found: list[Answer]) -> Iterator[str]:
    """A route answers by the statuses that its entry in the table of routes has."""
    if echo.shot.statuses and found and found[0].status not in echo.shot.statuses:
        yield f"answered {found[0].status}, which is not among {sorted(echo.shot.statuses)}"


def nobody_left_waiting(echo: Echo, found: list[Answer]) -> Iterator[str]:
    """Whoever has sent a request gets an answer; the connection can be used then, or is closed."""
    if echo.shot.cut:
        return
    if not echo.ended:
        yield "neither answered nor hung up on"
    elif found and found[-1].status == HTTPStatus.OK and found[-1].body != b'{"status": "ok"}' and len(found) > 1:
        yield f"the connection is out of step: {found[-1].body[:80]!r}"


RULES: Final[tuple[Rule, ...]] = (
    no_fault_of_the_service,
    no_traceback,
    every_error_a_problem,
    documented,
    nobody_left_waiting,
)


def _is_problem(answer: Answer) -> bool:
    try:
        body = answer.json()
    except ValueError:
        return False
    return isinstance(body, dict) and body.keys() >= set(_FIELDS) and body["status"] == answer.status


def _lines(answer: Answer) -> Iterator[dict[str, Any]]:
    if answer.type == "application/x-ndjson":
        yield from (json.loads(line) for line in answer.body.splitlines() if line)
    elif answer.body.startswith(b'{"results":'):
        yield from answer.json()["results"]
