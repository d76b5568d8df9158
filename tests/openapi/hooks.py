"""What schemathesis has to know beside the document: rules that JSON Schema has no words for, and how lines are read.

Each rule stands in the description of its option. Only a request that is meant to be right is brought in order.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import schemathesis

from jobdefs.errors import InvalidBody
from jobdefs.policy import MAX_DELAY
from jobdefs.wire.body import read_json
from service.idempotency import HEADER

_UNIQUE: Final = ("unique_until", "unique_for_ms", "on_conflict")
_UNIQUE_BY_DEFINITION: Final = "ORDER"


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Leave out what excludes something else, what a store of its own could not do, and cursors that no page gave."""
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    if isinstance(case.body, dict) and "payload" in case.body:
        keyed = HEADER in (case.headers or {})
        unique = case.path.endswith(_UNIQUE_BY_DEFINITION)
        dropped = set(_excluded(case.body, keyed=keyed, unique=unique))
        case.body = {name: _readable(value) for name, value in case.body.items() if name not in dropped}
    if case.query and "cursor" in case.query:
        case.query = {name: value for name, value in case.query.items() if name != "cursor"}


def _excluded(body: Mapping[str, Any], *, keyed: bool, unique: bool) -> Iterator[str]:
    if keyed:
        yield "id"
    if body.get("delay_ms") or not _in_reach(body.get("run_at")):
        yield "run_at"
    if body.get("unique_for_ms"):
        yield "unique_until"
    if not (body.get("unique_key") or "").isprintable():
        yield "unique_key"
    if not (unique or (body.get("unique_key") or "\n").isprintable()):
        yield from _UNIQUE
    if str(body.get("durability")).startswith("replica"):
        yield "durability"


def _readable(value: Any) -> Any:
    """Leave out a field of any type with an integer beyond 64 bits, or nested too deep: FORMAT.md tells both."""
    try:
        read_json(json.dumps(value).encode())
    except InvalidBody:
        return {name: part for name, part in value.items() if name != "anything"}
    return value


def _in_reach(moment: str | None) -> bool:
    latest = datetime.now(UTC) + MAX_DELAY - timedelta(days=1)
    return moment is None or datetime.fromisoformat(moment) < latest


@schemathesis.deserializer("application/x-ndjson")
def lines(_context: Any, response: Any) -> Any:
    """Read lines as the text that they are."""
    return response.text
