"""The unique key that a job shall hold: as its definition says, and as the options of its enqueue do."""

from typing import Any

import attrs

from jobdefs.definition import Definition
from jobdefs.errors import InvalidOption
from jobdefs.unique import Unique, UniqueLock
from jobdefs.wire.uniqueness import lock_of
from service.options import Options


def lock_for(options: Options, definition: Definition, payload: object, encoded: bytes) -> UniqueLock | None:
    """Return the lock that a job with this payload is to hold, None where it need not be unique; raises InvalidOption.

    ``encoded`` is the payload as JSON. An option that is given counts in place of what the definition says.
    """
    lock = (
        lock_of(definition, payload, encoded) if options.unique_key is None else _named(options.unique_key, definition)
    )
    given = _given(options)
    if lock is None and given:
        raise InvalidOption("unique_key", f"is missing; {definition.name} is not unique by its definition")
    return None if lock is None else attrs.evolve(lock, **given)


def _named(key: str, definition: Definition) -> UniqueLock:
    unique = definition.unique or Unique()
    return UniqueLock(key=key, until=unique.until, conflict=unique.conflict)


def _given(options: Options) -> dict[str, Any]:
    asked = {"until": options.unique_for or options.unique_until, "conflict": options.on_conflict}
    return {field: value for field, value in asked.items() if value is not None}
