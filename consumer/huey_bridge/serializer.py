"""Plain Huey tasks as JSON: everything that JSON lacks is a one-key object whose key is a tag."""

import base64
import json
import math
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import attrs
from huey.serializer import Serializer
from huey.utils import SKIPPED, Error

from consumer.failure import describe
from jobdefs.record import JobError

_DICT: Final = "$dict"


@attrs.frozen
class _Tag:
    """A type that JSON lacks: its tag, and the ways there and back; without ``write`` it is a list of its items."""

    tag: str
    kind: type[Any]
    write: Callable[[Any], Any] | None
    read: Callable[[Any], Any]


def _read_items(value: list[Any]) -> list[Any]:
    return [from_plain(item) for item in value]


# Error is a tuple and datetime is a date, so the narrower type stands first.
_TAGS: Final = (
    _Tag("$error", Error, lambda error: to_plain(error.metadata), lambda value: Error(from_plain(value))),
    _Tag("$job_error", JobError, attrs.astuple, lambda value: JobError(*value)),
    _Tag("$job_error", BaseException, lambda error: attrs.astuple(describe(error)), lambda value: JobError(*value)),
    _Tag("$skipped", type(SKIPPED), lambda _: True, lambda _: SKIPPED),
    _Tag("$tuple", tuple, None, lambda value: tuple(_read_items(value))),
    _Tag("$set", set, None, lambda value: set(_read_items(value))),
    _Tag("$frozenset", frozenset, None, lambda value: frozenset(_read_items(value))),
    _Tag("$bytes", bytes, lambda value: base64.b64encode(value).decode(), base64.b64decode),
    _Tag("$datetime", datetime, datetime.isoformat, datetime.fromisoformat),
    _Tag("$date", date, date.isoformat, date.fromisoformat),
    _Tag("$timedelta", timedelta, timedelta.total_seconds, lambda value: timedelta(seconds=value)),
    _Tag("$uuid", UUID, str, UUID),
    _Tag("$decimal", Decimal, str, Decimal),
)
_READERS: Final = {tag.tag: tag.read for tag in _TAGS}


class TaggedSerializer(Serializer):
    """Writes values as tagged JSON; never pickles, and never runs anything that it reads."""

    def _serialize(self, data: Any) -> bytes:
        return to_json(to_plain(data))

    def _deserialize(self, data: bytes) -> Any:
        return from_plain(json.loads(data))


def to_json(plain: Any) -> bytes:
    """Return what ``to_plain`` gave as JSON text."""
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def to_plain(value: Any, where: str = "value") -> Any:
    """Return a value as JSON can hold it; raises TypeError naming what cannot be written, and where."""
    if value is None or type(value) in (str, int, bool) or (type(value) is float and math.isfinite(value)):
        return value
    if isinstance(value, list):
        return _write_items(value, where)
    if isinstance(value, dict):
        return _write_dict(value, where)
    for tag in _TAGS:
        if isinstance(value, tag.kind):
            return {tag.tag: _write_items(value, where) if tag.write is None else tag.write(value)}
    shown = value if isinstance(value, float) else type(value).__name__
    message = (
        f"{where}: {shown} cannot be written down; a Huey task takes JSON values, tuple, set, bytes, "
        "datetime, date, timedelta, UUID and Decimal"
    )
    raise TypeError(message)


def from_plain(value: Any) -> Any:
    """Return the value behind its JSON form."""
    if isinstance(value, list):
        return _read_items(value)
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(name, content)] = value.items()
        if name == _DICT:
            return {from_plain(key): from_plain(item) for key, item in content}
        if name in _READERS:
            return _READERS[name](content)
    return {name: from_plain(item) for name, item in value.items()}


def _write_items(value: Iterable[Any], where: str) -> list[Any]:
    return [to_plain(item, f"{where}[{number}]") for number, item in enumerate(value)]


def _write_dict(value: dict[Any, Any], where: str) -> dict[str, Any]:
    if all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {key: to_plain(item, f"{where}[{key!r}]") for key, item in value.items()}
    return {
        _DICT: [[to_plain(key, f"{where} key"), to_plain(item, f"{where}[{key!r}]")] for key, item in value.items()]
    }
