"""Looks through the names and marks of types, and leaves of them what validators leave."""

from collections.abc import Iterable, Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from jobdefs.wire.form import Unsupported


def bare(type_: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return what a type is, without the names that NewType and ``type`` give it, and the marks on it."""
    marks: tuple[Any, ...] = ()
    while True:
        if get_origin(type_) is Annotated:
            type_, marks = type_.__origin__, (*type_.__metadata__, *marks)
        elif (named := getattr(type_, "__supertype__", getattr(type_, "__value__", None))) is not None:
            type_ = named
        else:
            return type_, marks


def marked(type_: Any, *marks: Any) -> Any:
    """Return the type with marks, behind those that it has."""
    base, own = bare(type_)
    return Annotated[(base, *own, *marks)] if own or marks else base


def takes_none(type_: Any) -> bool:
    """Tell whether a type is a union that None is a member of."""
    return NoneType in (members := tuple(_members(type_))) and len(members) > 1


def without_none(type_: Any) -> Any:
    """Return the type without None, if it is a union that has it."""
    if not takes_none(type_):
        return type_
    base, marks = bare(type_)
    return marked(_union(one for arg in get_args(base) for one in _members(arg) if one is not NoneType), *marks)


def decidable(allowed: Any) -> bool:
    """Tell whether it can be told of classes if their objects are instances; a protocol with data may not say."""
    try:
        # Of a class that was asked about before, the answer may come from a cache.
        issubclass(type("_New", (), {}), tuple(_flat(allowed)))
    except TypeError:
        return False
    return True


def narrowed(type_: Any, allowed: Any) -> Any:
    """Return the part of a type whose values are instances of a class, or of one of a tuple of classes or a union.

    Raises Unsupported where nothing is left.
    """
    classes = tuple(_flat(allowed))
    left = _left(type_, classes)
    if left is None:
        names = " or ".join(one.__qualname__ for one in classes) or "nothing"
        raise Unsupported(f"its validator takes instances of {names} only, and no value of this type is one")
    return left


def _left(type_: Any, classes: tuple[type, ...]) -> Any:
    """Return the part, None where nothing is left."""
    base, marks = bare(type_)
    part = _left_of_bare(base, classes)
    if part is base:
        return type_
    return part if part is None else marked(part, *marks)


def _left_of_bare(base: Any, classes: tuple[type, ...]) -> Any:
    origin = get_origin(base)
    if base in (Any, object):
        return _union(classes) if classes else None
    if origin in (Union, UnionType):
        parts = [part for arg in get_args(base) if (part := _left(arg, classes)) is not None]
        return _union(parts) if parts else None
    if origin is Literal:
        values = tuple(value for value in get_args(base) if isinstance(value, classes))
        return Literal[values] if values else None
    cls = NoneType if base is None else origin or base
    return base if not isinstance(cls, type) or issubclass(cls, classes) else None


def _members(type_: Any) -> Iterator[Any]:
    base, marks = bare(type_)
    if get_origin(base) not in (Union, UnionType):
        yield type_
        return
    for one in (found for arg in get_args(base) for found in _members(arg)):
        # Bounds on a union bind its members, but not None.
        yield one if one is NoneType else marked(one, *marks)


def _flat(allowed: Any) -> Iterator[Any]:
    for one in allowed if isinstance(allowed, tuple) else get_args(allowed) or (allowed,):
        if isinstance(one, (tuple, UnionType)):
            yield from _flat(one)
        else:
            yield one


def _union(types: Iterable[Any]) -> Any:
    return Union[tuple(types)]  # noqa: UP007 - built at run time
