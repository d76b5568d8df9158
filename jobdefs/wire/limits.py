"""Refuses bounds that make no sense, which would make a schema that nobody can read."""

import math
from typing import Any, Final

import annotated_types as at

from jobdefs.wire.form import Unsupported
from jobdefs.wire.scalars import LARGEST_INTEGER, SMALLEST_INTEGER

_ENDS: Final[dict[type, tuple[str, float]]] = {
    at.Ge: ("ge", -math.inf),
    at.Gt: ("gt", -math.inf),
    at.Le: ("le", math.inf),
    at.Lt: ("lt", math.inf),
}
_LENGTHS: Final[dict[type, str]] = {at.MinLen: "min_length", at.MaxLen: "max_length"}


def bounds_at_all(mark: Any, sample: Any) -> bool:
    """Tell whether a mark leaves any value out; raises Unsupported for one without sense, or that no value keeps.

    ``sample`` is a value of the type that it bounds.
    """
    if type(mark) in _ENDS:
        field, no_end = _ENDS[type(mark)]
        limit = getattr(mark, field)
        if type(limit) is int and isinstance(sample, (int, float)) and not _is_written(limit):
            raise Unsupported(f"the bound {mark!r} is beyond the integers of 64 bits: write a float, or leave it out")
        return _is_end(mark, limit, no_end)
    if type(mark) in _LENGTHS:
        length = getattr(mark, _LENGTHS[type(mark)])
        if type(length) is not int or not 0 <= length <= LARGEST_INTEGER:
            raise Unsupported(f"the bound {mark!r} is no length: write an integer of 0 or more")
    if isinstance(mark, at.MultipleOf) and not _is_step(mark.multiple_of):
        raise Unsupported(f"the bound {mark!r} is no step: write a number above 0")
    return True


def _is_written(limit: int) -> bool:
    return SMALLEST_INTEGER <= limit <= LARGEST_INTEGER


def _is_end(mark: Any, limit: Any, no_end: float) -> bool:
    try:
        infinite = not math.isfinite(limit)
    except (TypeError, ValueError, OverflowError):
        # It is no number, such as a date; or a signalling NaN.
        return True
    if infinite and limit != no_end:
        raise Unsupported(f"no number keeps the bound {mark!r}: write a finite one, or leave it out")
    return not infinite


def _is_step(step: Any) -> bool:
    try:
        return bool(step > type(step)(0)) and (not isinstance(step, (int, float)) or math.isfinite(step))
    except (TypeError, ValueError, ArithmeticError):
        return False
