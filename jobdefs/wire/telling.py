"""Tells what a validator or a bound asks for, in words that are the same in every process."""

import dataclasses
from typing import Any

import attrs


def told(value: Any) -> str:
    """Return a value in words: classes and functions by their names, objects with fields by these.

    It has neither addresses nor the order of a set, so that a schema is the same wherever it is made. Two lambdas, or
    two closures of one function, are not told apart.
    """
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(map(told, value)))}}}"
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(told, value))})"
    if name := getattr(value, "__qualname__", ""):
        return str(name)
    if fields := _fields(value):
        parts = [told(part) for field in fields if (part := getattr(value, field)) is not None]
        return f"{type(value).__qualname__.lstrip('_')}({', '.join(parts)})"
    written = repr(value)
    return type(value).__qualname__ if " at 0x" in written else written


def _fields(value: Any) -> list[str]:
    if attrs.has(type(value)):
        return [field.name for field in attrs.fields(type(value))]
    return [field.name for field in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else []
