"""The unique key of a payload, by its definition."""

import hashlib
from collections.abc import Callable
from typing import Any

import orjson

from jobdefs.definition import Definition
from jobdefs.errors import InvalidOption
from jobdefs.unique import MAX_KEY, UniqueLock


def lock_of(definition: Definition, payload: object, encoded: bytes) -> UniqueLock | None:
    """Return the lock that a job with this payload is to hold, None where its definition wants none.

    ``encoded`` is the payload as JSON. Raises InvalidOption where the definition's function fails or returns no text.
    """
    unique = definition.unique
    if unique is None:
        return None
    made = unique.key
    key = _called(made, definition, payload) if callable(made) else _written(encoded, made)
    return UniqueLock(key=_bounded(key), until=unique.until, conflict=unique.conflict)


def _called(function: Callable[[Any], object], definition: Definition, payload: object) -> str:
    told = f"the key function of {definition.name}"
    try:
        key = function(payload)
    except (Exception, SystemExit) as error:
        raise InvalidOption("unique_key", f"{told} raised {type(error).__name__}: {error}") from error
    if not isinstance(key, str):
        raise InvalidOption("unique_key", f"{told} returned {key!r}, which is no text")
    return key


def _written(encoded: bytes, fields: tuple[str, ...] | None) -> str:
    members = orjson.loads(encoded)
    chosen = members if fields is None else {name: members.get(name) for name in fields}
    return orjson.dumps(chosen, option=orjson.OPT_SORT_KEYS).decode()


def _bounded(key: str) -> str:
    readable = 0 < len(key) <= MAX_KEY and key.isprintable()
    return key if readable else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
