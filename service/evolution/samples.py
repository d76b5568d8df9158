"""A few payloads of a definition, made from its schema: what may be queued at a deploy, to be read by later code."""

from collections.abc import Iterable
from typing import Any, Final

import attrs

from jobdefs.definition import Definition
from jobdefs.errors import InvalidPayload
from jobdefs.wire import codec
from jobdefs.wire.misfit import member
from jobdefs.wire.schema import json_schema
from service.evolution.contract import Schema
from service.evolution.shapes import shapes
from service.evolution.variants import MOST, Variants, distinct, rows

_ENDLESS: Final = "no finite payload fits the class: a field that is required leads back to it"


@attrs.frozen
class Samples:
    """Payloads that fit, each as JSON has it; where there is none, ``missing`` says why."""

    values: tuple[Any, ...]
    missing: str = ""


def samples(definition: Definition) -> Samples:
    """Return the examples of a definition and generated payloads, all of which its class accepts.

    They are the same for the same class, whatever the machine and the version of Python.
    """
    schema = json_schema(definition)
    made, reason = _Trial(definition, schema).passed()
    examples = [value for value in schema.get("examples", ()) if _faults(definition, value) is None]
    values = tuple(distinct([*examples, *made])[:MOST])
    return Samples(values, "" if values else reason)


class _Trial:
    """Tries payloads, and leaves out what a validator refuses that no schema tells of."""

    def __init__(self, definition: Definition, schema: Schema) -> None:
        self._definition = definition
        shape = shapes(schema, schema)[0]
        self._required: list[str] = shape.get("required", [])
        self._members = Variants(schema).members(shape)

    def passed(self) -> tuple[list[Any], str]:
        reason = _ENDLESS
        while True:
            tried = [(row, _faults(self._definition, row)) for row in rows(self._members, self._required)]
            refused = [(row, faults) for row, faults in tried if faults is not None]
            if refused:
                reason = refused[0][1][0]
            if not self._leave_out(refused):
                return [row for row, faults in tried if faults is None], reason

    def _leave_out(self, refused: Iterable[tuple[dict[str, Any], tuple[str, ...]]]) -> bool:
        before = sum(map(len, self._members.values()))
        for row, faults in refused:
            for name in row:
                step = f"${member(name)}"
                if any(_is_below(fault, step) for fault in faults):
                    self._members[name] = [value for value in self._members[name] if value is not row[name]]
        return sum(map(len, self._members.values())) < before


def _is_below(fault: str, step: str) -> bool:
    return fault.startswith(step) and fault[len(step)] in ".[:"


def _faults(definition: Definition, value: Any) -> tuple[str, ...] | None:
    try:
        codec.structure(definition, value)
    except InvalidPayload as refusal:
        return tuple(f"{fault.path}: {fault.reason}" for fault in refusal.faults)
    except Exception as error:  # noqa: BLE001 - a converter of the application may raise what it likes
        return (f"$: {type(error).__name__}: {error}",)
    return None
