"""What a client asks for in the body of an enqueue, read into requests."""

import difflib
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast

from jobdefs.clock import from_ms, to_ms
from jobdefs.errors import InvalidOption
from jobdefs.policy import MAX_DELAY
from service import idempotency
from service.options import EnqueueOptions
from service.request import EnqueueRequest, check_batch

_LONGEST_MS: Final = to_ms(MAX_DELAY)


def read_one(name: str, body: Any, key: str | None = None) -> EnqueueRequest:
    """Read ``{"payload": {...}, "delay_ms": ...}``; raises InvalidOption for what is missing, unknown or wrong.

    ``key`` is the idempotency key that came with it.
    """
    fields = _fields(body, _OF_ONE, "payload")
    return EnqueueRequest(name, fields["payload"], _options(fields, key and idempotency.job_id(key)))


def read_many(body: Any, key: str | None = None) -> list[EnqueueRequest | InvalidOption]:
    """Read ``{"jobs": [{"name": ..., "payload": {...}}, ...]}``; a bad entry becomes its error and stops no other.

    ``key`` is the idempotency key that came with them; it holds for each entry by its place.
    """
    entries = _fields(body, ("jobs",), "jobs")["jobs"]
    if not isinstance(entries, list):
        raise InvalidOption("jobs", "must be an array of objects, each with a name and a payload")
    check_batch(len(entries))
    return [_entry(entry, place, key) for place, entry in enumerate(entries)]


def read_entry(entry: Any, place: int, key: str | None = None) -> EnqueueRequest:
    """Read ``{"name": ..., "payload": {...}}``, one of many; raises InvalidOption."""
    fields = _fields(entry, _OF_MANY, "name", "payload")
    job_id = key and idempotency.job_id(key, place)
    return EnqueueRequest(_text(fields["name"], "name"), fields["payload"], _options(fields, job_id))


def _entry(entry: Any, place: int, key: str | None) -> EnqueueRequest | InvalidOption:
    try:
        return read_entry(entry, place, key)
    except InvalidOption as error:
        return error


def _fields(body: Any, known: Collection[str], *required: str) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise InvalidOption("body", f"must be a JSON object with {' and '.join(required)}")
    for field in body:
        if field not in known:
            close = difflib.get_close_matches(field, known, n=1)
            hint = f" (did you mean {close[0]}?)" if close else f"; there are {', '.join(known)}"
            raise InvalidOption(field[:64], f"is unknown{hint}")
    for field in required:
        if field not in body:
            raise InvalidOption(field, "is missing")
    return body


def _options(fields: Mapping[str, Any], job_id: str | None) -> EnqueueOptions:
    given: dict[str, Any] = {}
    for field, value in fields.items():
        if value is not None and field in OPTIONS:
            option, read = OPTIONS[field]
            given[option] = read(value, field)
    if job_id is not None:
        if "id" in given:
            raise InvalidOption("id", f"excludes the header {idempotency.HEADER}; give one of the two")
        given["id"] = job_id
    return cast("EnqueueOptions", given)


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise InvalidOption(field, "must be a string")
    return value


def _integer(value: Any, field: str) -> int:
    # As in JSON Schema, 5.0 is an integer too.
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise InvalidOption(field, "must be an integer")
    return int(value)


def _duration(value: Any, field: str) -> timedelta:
    duration_ms = _integer(value, field)
    if not 0 <= duration_ms <= _LONGEST_MS:
        raise InvalidOption(field, f"must be from 0 to {_LONGEST_MS:,} milliseconds")
    return from_ms(duration_ms)


def _lifetime(value: Any, field: str) -> timedelta:
    if _integer(value, field) == 0:
        raise InvalidOption(field, "must be at least 1 millisecond")
    return _duration(value, field)


def _moment(value: Any, field: str) -> datetime:
    try:
        return datetime.fromisoformat(_text(value, field))
    except ValueError:
        raise InvalidOption(
            field, "must be a moment in ISO 8601 with a time zone, for example 2030-01-01T12:00:00Z"
        ) from None


# The fields of a body that are options: what they are called in Python, and how they are read.
OPTIONS: Final[Mapping[str, tuple[str, Callable[[Any, str], Any]]]] = {
    "delay_ms": ("delay", _duration),
    "run_at": ("run_at", _moment),
    "priority": ("priority", _integer),
    "expires_in_ms": ("expires_in", _lifetime),
    "attempts": ("attempts", _integer),
    "id": ("id", _text),
    "unique_key": ("unique_key", _text),
    "unique_until": ("unique_until", _text),
    "unique_for_ms": ("unique_for", _lifetime),
    "on_conflict": ("on_conflict", _text),
    "durability": ("durability", _text),
}
_OF_ONE: Final = dict.fromkeys(("payload", *OPTIONS))
_OF_MANY: Final = dict.fromkeys(("name", "payload", *OPTIONS))
