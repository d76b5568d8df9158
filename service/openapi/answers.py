"""The schemas of what the service answers; views.py makes the answers, and the tests compare each with its schema."""

from collections.abc import Mapping
from typing import Any, Final

from jobdefs.durability import LEVELS
from jobdefs.state import State
from service.openapi.schema import (
    ANYTHING,
    INTEGER,
    MOMENT,
    OBJECT,
    SWITCH,
    TEXT,
    Fragment,
    array,
    nullable,
    record,
    ref,
)

_STATES: Final = ("scheduled", "ready", "running", "suspect")
_ID: Final = "0c3a9bc7a4f04bd2a0d1b1c6f0a6f0b1"
_AT: Final = ("2030-01-31T09:30:00.095Z", 1896082200095)


def _moments(**meanings: str) -> dict[str, Fragment]:
    """Each moment comes twice: as text, and as Unix milliseconds."""
    shown: dict[str, Fragment] = {}
    for name, meaning in meanings.items():
        shown[name] = nullable(MOMENT, f"{meaning}; null: not yet, or not known")
        shown[f"{name}_ms"] = nullable(INTEGER, "The same moment in Unix milliseconds")
    return shown


def _told(schema: Fragment, description: str) -> Fragment:
    return {**schema, "description": description}


_RECEIPT: Final = {
    "id": _told(TEXT, "The job that is there now; follow it at /v1/jobs/{id}"),
    "name": nullable(TEXT, "null: the job is forgotten but for its id"),
    "queue": nullable(TEXT, "null: the job was there already"),
    "state": nullable(ref("State"), "null: the job is forgotten but for its id"),
    "created": _told(SWITCH, "Whether this request put it in"),
    "durability": _told(TEXT, f"How safe the job is by now: {LEVELS}"),
}
_SUMMARY: Final = {
    "id": TEXT,
    "name": nullable(TEXT, "null: what is stored cannot be read"),
    "queue": nullable(TEXT),
    "state": ref("State"),
    "version": nullable(INTEGER, "The payload's version; null: what is stored cannot be read"),
    "priority": INTEGER,
    "attempts": record(
        "How often the job was tried",
        failures=_told(INTEGER, "Attempts whose handler failed"),
        lost=_told(INTEGER, "Attempts whose consumer vanished"),
        limit=nullable(INTEGER, "How many attempts it has; null: this service does not know its definition"),
    ),
    "generation": _told(INTEGER, "How often it was replayed"),
    **_moments(
        enqueued_at="When it was put in",
        due_at="When it is due",
        claimed_at="When its last attempt began",
        finished_at="When it ended",
    ),
    "expires_in_ms": nullable(INTEGER, "How long after it was put in it expires if no attempt has begun"),
    "holder": nullable(TEXT, "The consumer that has it, or had it last"),
    "reason": nullable(TEXT, "Why it is in this state"),
    "error": nullable(ref("Failure"), "How its last failed attempt ended"),
}
_WHOLE: Final = {
    "error": nullable(ref("WholeFailure"), "How its last failed attempt ended"),
    "payload": _told(ANYTHING, "What it is about"),
    "result": _told(ANYTHING, "What its handler returned; null: nothing, or not yet"),
    "events": _told(array(ref("Event")), "What happened to it, oldest first, the last ones only"),
}
_FAILURE: Final = {"type": _told(TEXT, "The exception's class"), "message": TEXT}

ANSWERS: Final[Mapping[str, Fragment]] = {
    "State": {**TEXT, "enum": [state.value for state in State], "description": "Where a job is in its life"},
    "Receipt": record("What became of an enqueue", **_RECEIPT),
    "Accepted": record("The verdict on a job that is in", status={**INTEGER, "enum": [200, 202]}, **_RECEIPT),
    "Refused": record(
        "The verdict on a job that is not in",
        status=_told(INTEGER, "What one enqueue would have been answered by"),
        problem=ref("Problem"),
    ),
    "Verdict": {"anyOf": [ref("Accepted"), ref("Refused")]},
    "Verdicts": record("A verdict for each job, in their order", results=array(ref("Verdict"))),
    "Move": record("A job, and its state after the move", id=TEXT, state=ref("State")),
    "Failure": record("How an attempt failed", **_FAILURE),
    "WholeFailure": record("How an attempt failed", **_FAILURE, traceback=_told(TEXT, "Empty: there is none")),
    "Event": record(
        "Something that happened to a job",
        name=TEXT,
        **_moments(at="When it happened"),
        attempt=_told(INTEGER, "The attempt's number; 0: none had begun"),
        detail=TEXT,
    ),
    "JobSummary": record("A job as lists have it", **_SUMMARY),
    "Job": record("Everything that is known of a job", **(_SUMMARY | _WHOLE)),
    "JobPage": record(
        "Some of the jobs",
        jobs=array(ref("JobSummary")),
        cursor=nullable(TEXT, "What leads to the next page, which may be empty; null: this was the last one"),
    ),
    "QueueCounts": record(
        "How many jobs of a queue are in which state",
        name=TEXT,
        **dict.fromkeys(_STATES, INTEGER),
        oldest_ready_ms=nullable(INTEGER, "The age of the oldest ready job in milliseconds; null: there is none"),
    ),
    "NameCounts": record(
        "How many jobs of a name were put in, and in which state they are",
        name=TEXT,
        enqueued=INTEGER,
        **{state.value: INTEGER for state in State},
        balanced=_told(SWITCH, "Whether each job that was put in is in some state"),
    ),
    "Overview": record(
        "All jobs, counted",
        queues=array(ref("QueueCounts")),
        jobs=array(ref("NameCounts")),
        repairs=_told(INTEGER, "How often the sweeper has repaired something"),
        stale=_told(INTEGER, "How many ends of attempts were refused since their lease was lost"),
    ),
    "Uniqueness": record(
        "What makes jobs of a definition unique",
        fields=nullable(array(TEXT), "The members of the payload that make the key; null: a function does"),
        unique_until=nullable(TEXT),
        unique_for_ms=nullable(INTEGER),
        on_conflict=TEXT,
    ),
    "Definition": record(
        "What can be enqueued under a name",
        name=TEXT,
        version=_told(INTEGER, "The payload's version"),
        queue=TEXT,
        priority=INTEGER,
        attempts=INTEGER,
        timeout_ms=nullable(INTEGER, "How long one attempt may take; null: as long as it likes"),
        unique=nullable(ref("Uniqueness"), "null: jobs are unique only if their enqueue says so"),
        description=TEXT,
        schema=_told(OBJECT, "The JSON Schema (2020-12) of the payload"),
    ),
    "Definitions": record("What can be enqueued, by name", definitions=array(ref("Definition"))),
    "Alive": record("The service lives", status={"const": "ok"}),
    "Ready": record("The service can take jobs", status={"const": "ready"}),
}

_SEEN: Final = {"id": _ID, "name": "SEND_EMAIL", "queue": "mail", "state": "succeeded", "version": 1, "priority": 0}
_MOMENTS: Final = {
    key: value
    for name in ("enqueued_at", "due_at", "claimed_at", "finished_at")
    for key, value in (
        (name, _AT[0] if name != "due_at" else None),
        (f"{name}_ms", _AT[1] if name != "due_at" else None),
    )
}
_LISTED: Final[dict[str, Any]] = {
    **_SEEN,
    "attempts": {"failures": 0, "lost": 0, "limit": 5},
    "generation": 0,
    **_MOMENTS,
    "expires_in_ms": None,
    "holder": "host:27858:e13897e0",
    "reason": None,
    "error": None,
}
_GIVEN: Final[dict[str, Any]] = {
    "id": _ID,
    "name": "SEND_EMAIL",
    "queue": "mail",
    "state": "ready",
    "created": True,
    "durability": "disk",
}
EXAMPLES: Final[Mapping[str, Any]] = {
    "Receipt": _GIVEN,
    "Accepted": {"status": 202, **_GIVEN},
    "Verdicts": {"results": [{"status": 202, **_GIVEN}]},
    "Move": {"id": _ID, "state": "cancelled"},
    "JobPage": {"jobs": [_LISTED], "cursor": "c3VjY2VlZGVkIDE4OTYxNjg2MDAwOTUgYQ=="},
    "Job": {
        **_LISTED,
        "payload": {"to": "ada@example.org", "subject": "Hello"},
        "result": {"sent_to": "ada@example.org"},
        "events": [{"name": "enqueued", "at": _AT[0], "at_ms": _AT[1], "attempt": 0, "detail": ""}],
    },
    "Alive": {"status": "ok"},
    "Ready": {"status": "ready"},
}


def schemas() -> dict[str, Fragment]:
    """Return all of them by name, with their examples."""
    return {
        name: schema | ({"examples": [EXAMPLES[name]]} if name in EXAMPLES else {}) for name, schema in ANSWERS.items()
    }
