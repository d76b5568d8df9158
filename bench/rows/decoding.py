"""Decoding: a payload of ten fields, one of them a list of objects, from bytes to the object that a handler gets."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Final, Literal

import attrs
import orjson
from annotated_types import Ge, MaxLen

from bench.race import Bench, Line, Plan, Runs, Side, Target
from jobdefs import Definition
from jobdefs.errors import InvalidPayload
from jobdefs.wire import codec

_FITS, _FAULTY, _JSON = "decode", "decode of a faulty one", "orjson.loads"


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
FAULTY_BODY: Final = BODY.replace(b'"ann@example.org"', b"5").replace(b'"quantity":2', b'"quantity":"2"')


def _decode() -> None:
    codec.decode(ORDER, BODY)


def _refuse() -> None:
    with suppress(InvalidPayload):
        codec.decode(ORDER, FAULTY_BODY)


def _parse() -> None:
    orjson.loads(BODY)


def _side(gives: str, step: Callable[[], None]) -> Side:
    def runs(plan: Plan) -> Runs:
        steps = plan.size(2_000, 20_000)
        while True:
            yield {gives: min(_micros(step, steps) for _ in range(5))}

    return Side((gives,), runs)


def _micros(step: Callable[[], None], steps: int) -> float:
    # The thread's own CPU: others at work would only add their turns.
    began_ns = time.thread_time_ns()
    for _ in range(steps):
        step()
    return (time.thread_time_ns() - began_ns) / steps / 1e3


DECODING: Final = Bench(
    "decoding",
    (_side(_FITS, _decode), _side(_FAULTY, _refuse), _side(_JSON, _parse)),
    (
        Line(
            work="decode, 10 fields with a nested list",
            unit="µs",
            ours=_FITS,
            rival=_JSON,
            target=Target(15, at_most=True, of_ratio=False),
            lower_is_better=True,
            place=1,
        ),
        Line(
            work="decode, 10 fields with two faults, one of them nested",
            unit="µs",
            ours=_FAULTY,
            rival=_JSON,
            target=Target(100, at_most=True, of_ratio=False),
            lower_is_better=True,
            place=1,
        ),
    ),
)
