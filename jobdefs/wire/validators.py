"""Says attrs validators as the marks of ``Annotated``, so that one vocabulary reaches structuring and schema."""

import functools
import operator
from collections.abc import Callable
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import annotated_types as at
import attrs
from attrs import validators

from jobdefs.wire.bounds import OneOf, Pattern
from jobdefs.wire.narrowing import narrowed

_COMPARISONS: Final = {">=": at.Ge, ">": at.Gt, "<=": at.Le, "<": at.Lt}

AND: Final[Any] = type(validators.and_())
OPTIONAL: Final[Any] = type(validators.optional(validators.ge(0)))
INSTANCE_OF: Final[Any] = type(validators.instance_of(int))
DEEP_ITERABLE: Final[Any] = type(validators.deep_iterable(validators.ge(0)))

MARKS: Final[dict[Any, Callable[[Any], Any]]] = {
    type(validators.ge(0)): lambda known: _COMPARISONS[known.compare_op](known.bound),
    type(validators.min_len(0)): lambda known: at.MinLen(known.min_length),
    type(validators.max_len(0)): lambda known: at.MaxLen(known.max_length),
    type(validators.matches_re("")): lambda known: Pattern(known.pattern, known.match_func.__name__),
    type(validators.in_(())): lambda known: OneOf(known.options),
}


def refined(attribute: "attrs.Attribute[Any]") -> Any:
    """Return the type of a field with its validators said as marks.

    Validators that have no mark still run, when attrs makes the object.
    """
    type_ = Any if attribute.type is None else attribute.type
    if _refuses_none(attribute.validator, attribute):
        type_ = _without_none(type_)
    return _refine(attribute.validator, type_)


def _refine(validator: Any, type_: Any) -> Any:
    kind = type(validator)
    if kind in MARKS:
        return Annotated[type_, MARKS[kind](validator)]
    if kind is AND:
        return functools.reduce(lambda refining, part: _refine(part, refining), parts_of(validator), type_)
    if kind is OPTIONAL:
        inner = _refine(validator.validator, _without_none(type_))
        return Union[inner, None] if _takes_none(type_) else inner  # noqa: UP007 - built at run time
    if kind is INSTANCE_OF:
        base, marks = _split(type_)
        return _joined(narrowed(base, validator.type), marks)
    if kind is DEEP_ITERABLE:
        return _refine_items(validator, type_)
    return type_


def _refine_items(validator: Any, type_: Any) -> Any:
    base, marks = _split(type_)
    args = get_args(base)
    if get_origin(base) in (list, set, frozenset):
        base = get_origin(base)[_refine(validator.member_validator, args[0])]
    elif get_origin(base) is tuple and args[-1] is Ellipsis:
        base = tuple[_refine(validator.member_validator, args[0]), ...]  # type: ignore[misc]
    type_ = _joined(base, marks)
    return type_ if validator.iterable_validator is None else _refine(validator.iterable_validator, type_)


def parts_of(validator: Any) -> tuple[Any, ...]:
    """Return the validators that ``and_`` holds."""
    parts: tuple[Any, ...] = validator._validators  # noqa: SLF001 - attrs has no public way to it
    return parts


def _refuses_none(validator: Any, attribute: "attrs.Attribute[Any]") -> bool:
    if type(validator) is AND:
        return any(_refuses_none(part, attribute) for part in parts_of(validator))
    if not type(validator).__module__.startswith("attr."):
        return False
    try:
        validator(None, attribute, None)
    except Exception:  # noqa: BLE001 - whatever it raises, it refuses
        return True
    return False


def _takes_none(type_: Any) -> bool:
    base, _ = _split(type_)
    return get_origin(base) in (Union, UnionType) and NoneType in get_args(base)


def _without_none(type_: Any) -> Any:
    if not _takes_none(type_):
        return type_
    base, marks = _split(type_)
    rest = functools.reduce(operator.or_, (arg for arg in get_args(base) if arg is not NoneType))
    return _joined(rest, marks)


def _split(type_: Any) -> tuple[Any, tuple[Any, ...]]:
    return (type_.__origin__, type_.__metadata__) if get_origin(type_) is Annotated else (type_, ())


def _joined(base: Any, marks: tuple[Any, ...]) -> Any:
    for mark in marks:
        base = Annotated[base, mark]
    return base
