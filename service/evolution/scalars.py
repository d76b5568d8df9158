"""When a shape of numbers or of strings fits the keywords of another schema."""

import math
import re
from collections.abc import Iterator
from typing import Any, Final

from jobdefs.wire.scalars import LARGEST_INTEGER, SMALLEST_INTEGER
from service.evolution.contract import Schema
from service.evolution.refusal import Refusal
from service.evolution.shapes import Shape

KEYWORDS: Final = frozenset(
    {
        "contentEncoding",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "maxLength",
        "maximum",
        "minLength",
        "minimum",
    }
    | {"multipleOf", "pattern"}
)
FORMATS: Final = {
    "date": "a date",
    "date-time": "a date and time with a time zone",
    "decimal": "a decimal number in a string",
    "signed-duration": "a duration",
    "uuid": "a UUID",
}

# The end of an interval: the value, and 1 where it is itself outside.
_End = tuple[float, int]


def number(shape: Shape, reader: Schema, _: Any = None) -> Iterator[Refusal]:
    """Yield why a number of this shape may be refused."""
    whole = shape["type"] == "integer"
    for sign, named, limits in (
        (1, ">=", ("minimum", "exclusiveMinimum")),
        (-1, "<=", ("maximum", "exclusiveMaximum")),
    ):
        wanted, given = _end(reader, limits, sign, whole), _end(shape, limits, sign, whole)
        if wanted is not None and (given is None or given < wanted) and (given or _bounded(wanted, sign, whole)):
            value = sign * wanted[0]
            yield Refusal("", f"must be {named[0] if wanted[1] else named} {value}")
    step = reader.get("multipleOf")
    if step is not None and not _is_multiple(shape, step, whole):
        yield Refusal("", f"must be a multiple of {step}", certain=isinstance(step, int))


def string(shape: Shape, reader: Schema, _: Any = None) -> Iterator[Refusal]:
    """Yield why a string of this shape may be refused."""
    for keyword in ("format", "contentEncoding"):
        wanted = reader.get(keyword)
        if wanted is not None and shape.get(keyword) != wanted:
            what = FORMATS.get(wanted, f"a string of {keyword} {wanted!r}")
            yield Refusal("", f"expected {what}, and it may be {_described(shape)}", certain="const" not in shape)
            return
    yield from _lengths(shape, reader)
    pattern = reader.get("pattern")
    if pattern is not None and pattern not in shape.get("pattern", ()):
        yield from _mismatch(shape, pattern)


def _end(keywords: Shape, limits: tuple[str, str], sign: int, whole: bool) -> _End | None:  # noqa: FBT001 - one of two kinds
    # Below zero everything is mirrored: then the upper end is a lower one.
    ends = [(sign * keywords[limit], outside) for outside, limit in enumerate(limits) if limit in keywords]
    if whole:
        ends = [(math.floor(end) + 1 if outside else math.ceil(end), 0) for end, outside in ends]
    return max(ends, default=None)


def _bounded(wanted: _End, sign: int, whole: bool) -> bool:  # noqa: FBT001 - as above
    # Integers of all payloads have 64 bits.
    furthest = SMALLEST_INTEGER if sign > 0 else -LARGEST_INTEGER
    return not whole or wanted > (furthest, 0)


def _is_multiple(shape: Shape, step: float, whole: bool) -> bool:  # noqa: FBT001 - as above
    if "const" in shape:
        return bool(shape["const"] % step == 0)
    steps = shape.get("multipleOf", frozenset()) | ({1} if whole else set())
    # Fractions are multiplied with an error: a multiple of 0.2 may be none of 0.1.
    return step in steps or any(isinstance(step, int) and isinstance(own, int) and own % step == 0 for own in steps)


def _lengths(shape: Shape, reader: Schema) -> Iterator[Refusal]:
    if shape.get("minLength", 0) < reader.get("minLength", 0):
        yield Refusal("", f"must have at least {reader['minLength']} character(s)")
    if shape.get("maxLength", math.inf) > reader.get("maxLength", math.inf):
        yield Refusal("", f"must have at most {reader['maxLength']} character(s)")


def _mismatch(shape: Shape, pattern: str) -> Iterator[Refusal]:
    if "const" not in shape:
        yield Refusal("", f"must match {pattern}", certain=not shape.get("pattern"))
    elif not re.search(pattern, shape["const"]):
        yield Refusal("", f"must match {pattern}")


def _described(shape: Shape) -> str:
    return FORMATS.get(shape.get("format", ""), "any other string")
