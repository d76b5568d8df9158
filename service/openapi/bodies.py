"""The schemas of what is put in: the options of an enqueue, a job by itself, and one among many."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from jobdefs.clock import to_ms
from jobdefs.durability import LEVELS, PATTERN
from jobdefs.policy import HIGHEST_PRIORITY, LOWEST_PRIORITY, MAX_BATCH, MAX_DELAY
from jobdefs.unique import MAX_KEY, Conflict, Until
from jobdefs.wire.envelope import ID_PATTERN
from service.openapi.schema import OBJECT, Fragment, array, ref

_LONGEST_MS: Final = to_ms(MAX_DELAY)
_MOST_ATTEMPTS: Final = 9999


def _option(kind: str, description: str, **keywords: Any) -> Fragment:
    """Return the schema of an option; null is as one left out."""
    if "enum" in keywords:
        keywords["enum"] = [*keywords["enum"], None]
    return {"type": [kind, "null"], "description": description, **keywords}


OPTIONS: Final[Mapping[str, Fragment]] = {
    "delay_ms": _option(
        "integer",
        "How long the job waits before it is due, in milliseconds; excludes run_at",
        minimum=0,
        maximum=_LONGEST_MS,
    ),
    "run_at": _option(
        "string",
        f"When the job is due, at most {MAX_DELAY.days:,} days ahead; excludes delay_ms",
        format="date-time",
    ),
    "priority": _option(
        "integer", "Higher first; null: as its definition says", minimum=LOWEST_PRIORITY, maximum=HIGHEST_PRIORITY
    ),
    "expires_in_ms": _option(
        "integer",
        "How long after it was put in the job expires if no attempt has begun, in milliseconds",
        minimum=1,
        maximum=_LONGEST_MS,
    ),
    "attempts": _option(
        "integer", "How often the job is tried at most; null: as its definition says", minimum=1, maximum=_MOST_ATTEMPTS
    ),
    "id": _option(
        "string",
        "The job's id, by which the same request again makes no second job; excludes the header Idempotency-Key",
        pattern=f"^{ID_PATTERN.pattern}$",
    ),
    "unique_key": _option(
        "string",
        "The job is the only one of its name with this key, of printable characters",
        minLength=1,
        maxLength=MAX_KEY,
    ),
    "unique_until": _option(
        "string",
        "Until when it holds its key; needs a key, and excludes unique_for_ms",
        enum=[until.value for until in Until],
    ),
    "unique_for_ms": _option(
        "integer",
        "For how long it holds its key, in milliseconds; needs a key, and excludes unique_until",
        minimum=1,
        maximum=_LONGEST_MS,
    ),
    "on_conflict": _option(
        "string",
        "What this job gets where another one holds its key: that job as existing, an error, or its place; needs a key",
        enum=[conflict.value for conflict in Conflict],
    ),
    "durability": _option(
        "string", f"What must be certain before the answer: {LEVELS}", pattern=f"^(?:{PATTERN.pattern})$"
    ),
}

_REFERENCES: Final = {option: ref(f"Option.{option}") for option in OPTIONS}


def one(payload: Fragment) -> Fragment:
    """Return the schema of a body that puts one job in."""
    return _closed("One job", {"payload": payload}, _REFERENCES)


def entry(name: str, payload: Fragment) -> Fragment:
    """Return the schema of one of many."""
    return _closed("One of many jobs", {"name": {"type": "string", "const": name}, "payload": payload}, _REFERENCES)


def common(names: Iterable[str]) -> dict[str, Fragment]:
    """Return the schemas that are there once, whatever definitions there are."""
    entries = {name: ref(f"Entry.{name}") for name in names}
    mapping = {name: entry["$ref"] for name, entry in entries.items()}
    choice: Fragment = {
        "description": "A job of any name",
        "oneOf": list(entries.values()),
        "discriminator": {"propertyName": "name", "mapping": mapping},
    }
    many = {"jobs": {**array(ref("Entry")), "maxItems": MAX_BATCH}}
    return {
        **{f"Option.{option}": schema for option, schema in OPTIONS.items()},
        # oneOf wants one at least.
        "Entry": choice if entries else OBJECT,
        "Many": _closed("Many jobs, each with a verdict of its own", many, {}),
        "Lines": {"type": "string", "description": "Any number of lines, each an object as in jobs of the JSON form"},
        "VerdictLines": {"type": "string", "description": "A line for each line, as in results of the JSON form"},
    }


def _closed(description: str, required: Mapping[str, Fragment], others: Mapping[str, Fragment]) -> Fragment:
    return {
        "type": "object",
        "description": description,
        "properties": {**required, **others},
        "required": list(required),
        "additionalProperties": False,
    }
