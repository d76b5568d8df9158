"""Decoding: a payload of ten fields, one of them a list of objects, from bytes to the object that a handler gets.

The rival is orjson and a plain cattrs converter, which checks less: no types of numbers and booleans, no bounds, no
key that is there twice. Of a faulty payload it says what it finds by ``cattrs.transform_error``.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Literal

import attrs
import cattrs
import orjson
from annotated_types import Ge, MaxLen

from bench.race import Bench, Line, Plan, Runs, Side, Target
from jobdefs import Definition
from jobdefs.errors import InvalidPayload
from jobdefs.wire import codec

_FITS, _FAULTY = "decode", "decode of a faulty one"
_PLAIN, _PLAIN_FAULTY = "plain cattrs", "plain cattrs of a faulty one"


@attrs.frozen
class Item:
    """What was bought."""

    sku: str
    quantity: int


@attrs.frozen
class Order:
    """Ten fields of the kinds that payloads have most."""

    number: int
    customer: str
    email: Annotated[str, MaxLen(200)]
    total: float
    paid: bool
    currency: Literal["EUR", "USD"]
    placed_at: datetime
    items: list[Item]
    note: str | None = None
    urgency: Annotated[int, Ge(0)] = 0


ORDER: Final = Definition(name="ORDER", payload=Order)
BODY: Final = (
    b'{"number":1,"customer":"Ann","email":"ann@example.org","total":12.5,"paid":true,"currency":"EUR",'
    b'"placed_at":"2026-01-31T09:30:00Z","items":[{"sku":"a","quantity":1},{"sku":"b","quantity":2},'
    b'{"sku":"c","quantity":3}],"note":"by the door","urgency":3}'
)
FAULTY_BODY: Final = BODY.replace(b'"ann@example.org"', b"5").replace(b'"quantity":2', b'"quantity":"two"')


def _decode() -> None:
    codec.decode(ORDER, BODY)


def _refuse() -> object:
    try:
        return codec.decode(ORDER, FAULTY_BODY)
    except InvalidPayload as error:
        return error.faults


_CONVERTER: Final = cattrs.Converter(forbid_extra_keys=True)
_CONVERTER.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
_CONVERTER.register_structure_hook(str, lambda value, _: _text(value))


def _text(value: object) -> str:
    # Without this, a number would be no fault to it.
    if isinstance(value, str):
        return value
    raise ValueError("expected a string")


def _decode_plainly() -> None:
    _CONVERTER.structure(orjson.loads(BODY), Order)


def _refuse_plainly() -> object:
    try:
        return _CONVERTER.structure(orjson.loads(FAULTY_BODY), Order)
    except cattrs.ClassValidationError as error:
        return cattrs.transform_error(error)


def _side(gives: str, step: Callable[[], object]) -> Side:
    def runs(plan: Plan) -> Runs:
        steps = plan.size(2_000, 20_000)
        while True:
            yield {gives: min(_micros(step, steps) for _ in range(5))}

    return Side((gives,), runs)


def _micros(step: Callable[[], object], steps: int) -> float:
    # The thread's own CPU: others at work would only add their turns.
    began_ns = time.thread_time_ns()
    for _ in range(steps):
        step()
    return (time.thread_time_ns() - began_ns) / steps / 1e3


DECODING: Final = Bench(
    "decoding",
    (
        _side(_FITS, _decode),
        _side(_PLAIN, _decode_plainly),
        _side(_FAULTY, _refuse),
        _side(_PLAIN_FAULTY, _refuse_plainly),
    ),
    (
        Line(
            work="decode, 10 fields with a nested list",
            unit="µs",
            ours=_FITS,
            rival=_PLAIN,
            target=Target(15, at_most=True, of_ratio=False),
            lower_is_better=True,
            place=1,
        ),
        Line(
            work="decode, 10 fields with two faults, one of them nested",
            unit="µs",
            ours=_FAULTY,
            rival=_PLAIN_FAULTY,
            target=Target(100, at_most=True, of_ratio=False),
            lower_is_better=True,
            place=1,
        ),
    ),
)
