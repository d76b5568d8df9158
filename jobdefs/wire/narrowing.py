"""What ``instance_of`` leaves of a type."""

import functools
import operator
from collections.abc import Iterable
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from jobdefs.wire.form import Unsupported


def narrowed(type_: Any, allowed: Any) -> Any:
    """Return the part of a type whose values are instances of a class, or of one of a tuple of classes or a union.

    Raises Unsupported where nothing is left.
    """
    left = _left(type_, _union(allowed) if isinstance(allowed, tuple) else allowed)
    if left is None:
        message = f"its validator takes instances of {_names(allowed)} only, and no value of this type is one"
        raise Unsupported(message)
    return left


def _left(type_: Any, allowed: Any) -> Any:
    """Return the part, None where nothing is left."""
    origin = get_origin(type_)
    if type_ in (Any, object):
        return allowed
    if origin is Annotated:
        return type_ if _left(type_.__origin__, allowed) is not None else None
    if origin in (Union, UnionType):
        parts = [part for arg in get_args(type_) if (part := _left(arg, allowed)) is not None]
        return _union(parts) if parts else None
    if origin is Literal:
        values = tuple(value for value in get_args(type_) if isinstance(value, allowed))
        return Literal[values] if values else None
    cls = origin or type_
    return type_ if not isinstance(cls, type) or issubclass(cls, allowed) else None


def _union(types: Iterable[Any]) -> Any:
    return functools.reduce(operator.or_, types)


def _names(allowed: Any) -> str:
    return " or ".join(
        one.__qualname__ for one in (allowed if isinstance(allowed, tuple) else get_args(allowed) or (allowed,))
    )
