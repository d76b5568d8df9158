"""Takes any JSON as it stands: the form of ``Any`` and ``object``."""

import math
from typing import Any

from jobdefs.policy import MAX_DEPTH
from jobdefs.wire.misfit import Misfit, every, member
from jobdefs.wire.scalars import key, number, text, write_integer


def plain(value: Any, _: Any = None, *, depth: int = MAX_DEPTH) -> Any:
    """Take JSON as Python has it: str, int, float, bool, None, and lists and string-keyed dicts of these."""
    kind = value.__class__
    if value is None or kind is bool:
        return value
    if kind is int:
        return write_integer(value)
    if kind is float:
        return number(value)
    if isinstance(value, str):
        return text(value)
    return _nested(value, depth)


def non_finite(value: Any) -> bool:
    """Tell whether NaN or an infinity is anywhere in lists, tuples and dicts."""
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return False
    return any(map(non_finite, value))


def _nested(value: Any, depth: int) -> Any:
    if depth == 0:
        raise Misfit.because(f"is nested more than {MAX_DEPTH} levels deep")
    if value.__class__ is list:
        return every(lambda item: plain(item, depth=depth - 1), value)
    if value.__class__ is not dict:
        raise Misfit.expected("plain JSON", value)
    keys = every(key, value, step=lambda _: "")
    items = every(lambda item: plain(item, depth=depth - 1), value.values(), step=lambda at: member(keys[at]))
    return dict(zip(keys, items, strict=True))
