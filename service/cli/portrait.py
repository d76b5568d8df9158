"""One job as a person reads it."""

import json
from collections.abc import Iterator

from jobdefs.record import Event, JobRecord
from service.cli.wording import age, clock, printable, table


def portrait(record: JobRecord, now: int) -> Iterator[str]:
    """Yield the lines that tell everything about a job."""
    width = max(len(label) for label, _ in _facts(record, now))
    for label, value in _facts(record, now):
        yield f"{label:<{width}}  {printable(value)}"
    if record.envelope:
        yield from _section("payload", _json(record.envelope.payload))
    else:
        yield from _section("stored bytes, which cannot be read", repr(record.raw))
    if record.result is not None:
        yield from _section("result", _json(record.result))
    if record.events:
        yield from _section("events", "\n".join(_events(record.events)))
    if record.error and record.error.traceback:
        yield from _section("traceback", record.error.traceback.rstrip())


def _facts(record: JobRecord, now: int) -> list[tuple[str, str]]:
    written, error = record.envelope, record.error
    facts = [
        ("id", record.id),
        ("name", written.name if written else "-"),
        ("version", str(written.version) if written else ""),
        ("queue", record.queue),
        ("state", record.state.value + (f": {record.reason}" if record.reason else "")),
        ("priority", str(record.priority)),
        ("failures", str(record.failures)),
        ("lost", str(record.lost) if record.lost else ""),
        ("replays", str(record.generation) if record.generation else ""),
        ("enqueued", _moment(written.enqueued_at_ms if written else None, now)),
        ("due", _moment(record.due_at_ms, now)),
        ("claimed", _moment(record.claimed_at_ms, now)),
        ("finished", _moment(record.finished_at_ms, now)),
        ("holder", record.holder),
        ("error", f"{error.type}: {error.message}" if error else ""),
    ]
    return [(label, value) for label, value in facts if value]


def _moment(moment_ms: int | None, now: int) -> str:
    return "" if moment_ms is None else f"{clock(moment_ms)}  ({age(moment_ms, now)})"


def _events(events: tuple[Event, ...]) -> Iterator[str]:
    rows = [(clock(event.at_ms), event.name, event.attempt or "", event.detail) for event in events]
    return table(("WHEN", "WHAT", "ATTEMPT", "DETAIL"), rows)


def _json(text: bytes) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        # The store keeps whatever another producer wrote.
        return text.decode("utf-8", "replace")


def _section(title: str, text: str) -> Iterator[str]:
    yield ""
    yield title
    for line in printable(text).split("\n"):
        yield f"  {line}".rstrip()
