"""How jobs, queues and definitions look to a client: plain values, ready for JSON."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import attrs

from jobdefs.clock import from_epoch_ms, to_ms
from jobdefs.definition import Definition
from jobdefs.record import Event, JobError, JobRecord, Ledger, QueueCounts
from jobdefs.unique import Unique
from jobdefs.wire.schema import json_schema
from service.request import EnqueueReceipt


def receipt(given: EnqueueReceipt) -> dict[str, Any]:
    """Show what became of an enqueue."""
    return {
        "id": given.id,
        "name": given.name,
        "queue": given.queue,
        "state": given.state,
        "created": given.created,
        "durability": given.durability,
    }


def summary(job: JobRecord, attempts: int | None) -> dict[str, Any]:
    """Show a job, tried up to ``attempts`` times, as lists have it: without payload, result, events and traceback."""
    written = job.envelope
    return {
        "id": job.id,
        "name": written.name if written else None,
        "queue": job.queue or None,
        "state": job.state,
        "version": written.version if written else None,
        "priority": job.priority,
        "attempts": {"failures": job.failures, "lost": job.lost, "limit": attempts},
        "generation": job.generation,
        **_moments(job),
        "expires_in_ms": written.expires_in_ms if written else None,
        "holder": job.holder or None,
        "reason": job.reason or None,
        "error": _error(job.error),
    }


def whole(record: JobRecord, attempts: int | None) -> dict[str, Any]:
    """Show everything that is known of a job."""
    payload = record.envelope.payload if record.envelope else None
    more = {
        "payload": _json(payload),
        "result": _json(record.result),
        "error": attrs.asdict(record.error) if record.error else None,
        "events": [_event(event) for event in record.events],
    }
    return summary(record, attempts) | more


def queue(counts: QueueCounts) -> dict[str, Any]:
    """Show how many jobs of a queue wait and run; ages are in milliseconds."""
    return attrs.asdict(counts)


def overview(counted: Iterable[QueueCounts], ledger: Ledger) -> dict[str, Any]:
    """Show the jobs by queue and by name, how often the sweeper repaired, and how many ends came too late."""
    names = [{**attrs.asdict(entry), "balanced": entry.balanced} for entry in ledger.entries]
    counters = {"repairs": ledger.repairs, "stale": ledger.stale}
    return {"queues": [queue(counts) for counts in counted], "jobs": names} | counters


def definition(known: Definition) -> dict[str, Any]:
    """Show what can be enqueued under a name."""
    schema = json_schema(known)
    return {
        "name": known.name,
        "version": known.version,
        "queue": known.queue,
        "priority": known.priority,
        "attempts": known.retry.attempts,
        "timeout_ms": None if known.timeout is None else to_ms(known.timeout),
        "unique": _unique(known.unique, schema) if known.unique else None,
        "description": known.description,
        "schema": schema,
    }


def _unique(unique: Unique, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Show it in the words of the options; ``fields`` make the key, None where a function of the application does."""
    until, window = (None, unique.until) if isinstance(unique.until, timedelta) else (unique.until, None)
    fields = None if callable(unique.key) else list(schema["properties"] if unique.key is None else unique.key)
    return {
        "fields": fields,
        "unique_until": until,
        "unique_for_ms": None if window is None else to_ms(window),
        "on_conflict": unique.conflict,
    }


def _moments(job: JobRecord) -> Mapping[str, Any]:
    moments = {
        "enqueued_at": job.envelope.enqueued_at_ms if job.envelope else None,
        "due_at": job.due_at_ms,
        "claimed_at": job.claimed_at_ms,
        "finished_at": job.finished_at_ms,
    }
    return {name: shown for field, at_ms in moments.items() for name, shown in _moment(field, at_ms).items()}


def _moment(field: str, at_ms: int | None) -> dict[str, Any]:
    return {field: None if at_ms is None else _iso(at_ms), f"{field}_ms": at_ms}


def _iso(at_ms: int) -> str | None:
    try:
        return from_epoch_ms(at_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError:  # after the year 9999, which another producer may have asked for
        return None


def _event(event: Event) -> dict[str, Any]:
    return {"name": event.name, **_moment("at", event.at_ms), "attempt": event.attempt, "detail": event.detail}


def _error(error: JobError | None) -> dict[str, str] | None:
    return {"type": error.type, "message": error.message} if error else None


def _json(text: bytes | None) -> Any:
    # The store keeps whatever a producer or a consumer wrote, so it may be no JSON at all.
    try:
        return None if text is None else json.loads(text, parse_constant=str)
    except ValueError:
        return text.decode("utf-8", "replace") if text else None
