"""The unique key of a payload, by its definition."""

import hashlib

import orjson

from jobdefs.definition import Definition
from jobdefs.errors import InvalidOption
from jobdefs.unique import MAX_KEY, UniqueLock


def lock_of(definition: Definition, payload: object, encoded: bytes) -> UniqueLock | None:
    """Return the lock that a job with this payload is to hold, None where its definition wants none.

    ``encoded`` is the payload as JSON. Raises InvalidOption where the definition's own function returns no text.
    """
    unique = definition.unique
    if unique is None:
        return None
    if callable(unique.key):
        key = unique.key(payload)
        if not isinstance(key, str):
            raise InvalidOption(
                "unique_key", f"the key function of {definition.name} returned {key!r}, which is no text"
            )
    else:
        key = _written(encoded, unique.key)
    return UniqueLock(key=_bounded(key), until=unique.until, conflict=unique.conflict)


def _written(encoded: bytes, fields: tuple[str, ...] | None) -> str:
    members = orjson.loads(encoded)
    chosen = members if fields is None else {name: members.get(name) for name in fields}
    return orjson.dumps(chosen, option=orjson.OPT_SORT_KEYS).decode()


def _bounded(key: str) -> str:
    readable = 0 < len(key) <= MAX_KEY and key.isprintable()
    return key if readable else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
