"""Reads a job back from what the scripts return, and tells its story in events."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import attrs

from jobdefs.errors import UnreadableEnvelope
from jobdefs.record import Envelope, Event, JobError, JobRecord
from jobdefs.state import State
from jobdefs.wire import envelope as wire

# What a line of the history began as, where the attempt ran at all.
_AFTER_RUNNING: Final = frozenset({"failed", "snoozed", "released", "lost"})


def read_record(reply: list[Any]) -> JobRecord:
    """Return the record behind a reply of the scripts ``find`` and ``page``."""
    job_id, state, raw, due, pairs = reply
    # What stands in an index or in a hash may be no text, if somebody wrote it there by hand.
    fields = {name.decode("utf-8", "replace"): value for name, value in _pairs(pairs)}
    written = _envelope(raw)
    record = JobRecord(
        id=job_id.decode("utf-8", "replace"),
        state=State(state.decode()),
        envelope=written,
        raw=raw,
        queue=written.queue if written else _text(fields, "queue"),
        priority=written.priority if written else 0,
        failures=_number(fields, "failures") or 0,
        lost=_number(fields, "lost") or 0,
        generation=_number(fields, "generation") or 0,
        due_at_ms=_moment(due),
        claimed_at_ms=_number(fields, "claimed_at_ms"),
        finished_at_ms=_number(fields, "finished_at_ms"),
        holder=_text(fields, "holder"),
        error=_error(fields.get("error")),
        reason=_text(fields, "reason"),
        kind=_text(fields, "kind"),
        result=fields.get("result"),
    )
    return _with_events(record, _text(fields, "history"))


def _pairs(reply: Any) -> Iterator[tuple[bytes, bytes]]:
    # RESP3 servers answer a map where RESP2 ones answer a flat list.
    return iter(reply.items()) if isinstance(reply, dict) else zip(reply[::2], reply[1::2], strict=True)


def _text(fields: dict[str, bytes], name: str) -> str:
    return fields.get(name, b"").decode("utf-8", "replace")


def _number(fields: dict[str, bytes], name: str) -> int | None:
    if (text := fields.get(name)) is None:
        return None
    # Bookkeeping that somebody wrote by hand may be anything.
    with suppress(ValueError):
        return int(text)
    return None


def _moment(score: bytes) -> int | None:
    # Scores may be infinite.
    with suppress(ValueError, OverflowError):
        return int(float(score))
    return None


def _envelope(raw: bytes) -> Envelope | None:
    try:
        return wire.read(raw)
    except UnreadableEnvelope:
        return None


def _error(stored: bytes | None) -> JobError | None:
    if stored is None:
        return None
    try:
        fields = json.loads(stored)
        return JobError(fields["type"], fields["message"], fields.get("traceback", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        return JobError("unreadable", stored.decode("utf-8", "replace"))


def _with_events(record: JobRecord, history: str) -> JobRecord:
    return attrs.evolve(record, events=tuple(_events(record, history)))


def _events(record: JobRecord, history: str) -> Iterator[Event]:
    if record.envelope:
        yield Event(name="enqueued", at_ms=record.envelope.enqueued_at_ms)
    # Only "\n" ends a line: a detail may hold other separators, such as U+2028.
    for line in history.split("\n")[:-1]:
        with suppress(ValueError):
            yield from _past(line)
    if record.claimed_at_ms is not None:
        yield Event(name="running", at_ms=record.claimed_at_ms, attempt=_attempt(record), detail=record.holder)
    if record.finished_at_ms is not None:
        yield Event(
            name=record.state.value, at_ms=record.finished_at_ms, attempt=_attempt(record), detail=record.reason
        )


def _past(line: str) -> Iterator[Event]:
    name, began, at, attempt, detail = line.split(" ", 4)
    if name in _AFTER_RUNNING:
        yield Event(name="running", at_ms=int(began), attempt=int(attempt))
        yield Event(name=name, at_ms=int(at), attempt=int(attempt), detail=detail)
        return
    yield Event(name=name, at_ms=int(began), detail=detail)
    yield Event(name="replayed", at_ms=int(at))


def _attempt(record: JobRecord) -> int:
    # The failure of the last attempt is counted already once the job is dead; a death in quarantine is none.
    return max(record.failures + (record.state is not State.DEAD), 1)
