"""When a shape of arrays fits the keywords of another schema."""

import math
from collections.abc import Callable, Iterator
from typing import Any, Final

from service.evolution.contract import ANYTHING, Schema
from service.evolution.refusal import Refusal, below
from service.evolution.shapes import Shape

KEYWORDS: Final = frozenset({"items", "maxItems", "minItems", "prefixItems", "uniqueItems"})


def array(shape: Shape, reader: Schema, refusals: Callable[[Schema, Schema], list[Refusal]]) -> Iterator[Refusal]:
    """Yield why an array of this shape may be refused."""
    fewest, most = _sizes(shape)
    least, largest = _sizes(reader)
    if least == largest and (fewest, most) != (least, largest):
        yield Refusal("", f"must have exactly {least} item(s)")
    elif fewest < least:
        yield Refusal("", f"must have at least {least} item(s)")
    elif most > largest:
        yield Refusal("", f"must have at most {largest} item(s)")
    if reader.get("uniqueItems") and not shape.get("uniqueItems") and most > 1:
        yield Refusal("", "must not hold the same item twice")
    for step, given, wanted in _pairs(shape, reader):
        yield from below(step, refusals(given, wanted))


def _sizes(keywords: Shape) -> tuple[int, float]:
    closed = len(keywords.get("prefixItems", ())) if keywords.get("items") is False else math.inf
    return keywords.get("minItems", 0), min(keywords.get("maxItems", math.inf), closed)


def _pairs(shape: Shape, reader: Schema) -> Iterator[tuple[str, Schema, Schema]]:
    given, wanted = shape.get("prefixItems", []), reader.get("prefixItems", [])
    for place in range(max(len(given), len(wanted))):
        yield from _pair(f"[{place}]", _at(given, place, shape), _at(wanted, place, reader))
    yield from _pair("[*]", shape.get("items", ANYTHING), reader.get("items", ANYTHING))


def _at(prefix: list[Schema], place: int, keywords: Shape) -> Any:
    return prefix[place] if place < len(prefix) else keywords.get("items", ANYTHING)


def _pair(step: str, given: Any, wanted: Any) -> Iterator[tuple[str, Schema, Schema]]:
    # Where one of them ends, the sizes have told it.
    if isinstance(given, dict) and isinstance(wanted, dict):
        yield step, given, wanted
