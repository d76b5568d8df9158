"""ONE table: what a payload's fields can be, how each type is read and written, and how JSON Schema names it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from threading import RLock
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

import attrs

from jobdefs.errors import DefinitionError
from jobdefs.wire import containers, scalars, sets
from jobdefs.wire.classes import class_form
from jobdefs.wire.form import Form, FormOf, Unsupported, described, fixed
from jobdefs.wire.hints import instead_of
from jobdefs.wire.misfit import JSON_WORDS
from jobdefs.wire.plain import plain
from jobdefs.wire.unions import choice

_ANY: Final = Form(plain, plain, fixed(), tuple(JSON_WORDS), hashable=False)


def _number(cls: type, read: Callable[..., Any], write: Callable[[Any], Any], also: type, **fragment: str) -> Form:
    return Form(read, write, fixed(**fragment), (cls,), (also,), sample=cls(1))


def _string(read: Callable[..., Any], write: Callable[[Any], Any], sample: Any, **fragment: str) -> Form:
    return Form(read, write, fixed(type="string", **fragment), (str,), sample=sample)


_MOMENT: Final = _string(
    scalars.read_moment,
    scalars.write_moment,
    datetime(2026, 1, 31, tzinfo=UTC),
    format="date-time",
    pattern=scalars.MOMENT_PATTERN,
)


SINGLE: Final[dict[Any, Form]] = {
    str: _string(scalars.text, scalars.text, ""),
    int: _number(int, scalars.read_integer, scalars.write_integer, float, type="integer", format="int64"),
    float: _number(float, scalars.number, scalars.number, int, type="number"),
    bool: Form(scalars.boolean, scalars.boolean, fixed(type="boolean"), (bool,), sample=True),
    NoneType: Form(scalars.null, scalars.null, fixed(type="null"), (NoneType,)),
    datetime: attrs.evolve(_MOMENT, quick=scalars.read_moment_quickly),
    date: _string(
        scalars.read_date, scalars.write_date, date(2026, 1, 31), format="date", pattern=scalars.DATE_PATTERN
    ),
    # JSON Schema's own "duration" (RFC 3339, appendix A) has neither fractions nor a sign.
    timedelta: _string(
        scalars.read_duration,
        scalars.write_duration,
        timedelta(1),
        format="signed-duration",
        pattern=scalars.DURATION_PATTERN,
    ),
    UUID: _string(scalars.read_uuid, scalars.write_uuid, UUID(int=0), format="uuid", pattern=scalars.UUID_PATTERN),
    Decimal: _string(
        scalars.read_decimal, scalars.write_decimal, Decimal(1), format="decimal", pattern=scalars.DECIMAL_PATTERN
    ),
    bytes: _string(
        scalars.read_bytes, scalars.write_bytes, b"", contentEncoding="base64", pattern=scalars.BASE64_PATTERN
    ),
    Any: _ANY,
    object: _ANY,
}

COMPOUND: Final[dict[Any, Callable[[tuple[Any, ...], FormOf], Form]]] = {
    list: containers.array,
    tuple: containers.items,
    set: partial(sets.unique, set),
    frozenset: partial(sets.unique, frozenset),
    dict: containers.mapping,
    Union: choice,
    UnionType: choice,
    Literal: containers.literal,
}

_classes: Final[dict[type, Form]] = {}
_building: Final = RLock()


def check_fields(payload: type[Any]) -> None:
    """Raise DefinitionError, which names class, field and type, for a class with a field that cannot be written.

    A class whose annotations have names that are not defined yet is left alone: it is looked at when a program starts.
    """
    try:
        form_of(payload)
    except DefinitionError as error:
        if not isinstance(error.__cause__, (NameError, AttributeError)):
            raise


def form_of(type_: Any) -> Form:
    """Return how a type is read, written and described.

    Raises DefinitionError, which names class, field and type, for a class with a field that cannot be written, and
    Unsupported for any other type that cannot.
    """
    if (aliased := getattr(type_, "__supertype__", getattr(type_, "__value__", None))) is not None:
        return form_of(aliased)
    origin = get_origin(type_) or type_
    if origin is Annotated:
        return _annotated(type_.__origin__, type_.__metadata__)
    if type_ == tuple[()]:
        raise Unsupported("nothing is ever in an empty tuple: leave the field out")
    if origin in COMPOUND:
        return COMPOUND[origin](get_args(type_), form_of)
    if origin in SINGLE:
        return SINGLE[origin]
    if isinstance(type_, type) and issubclass(type_, Enum):
        return containers.enumeration(type_)
    if isinstance(type_, type) and attrs.has(type_):
        return _class(type_)
    raise Unsupported(f"{getattr(type_, '__qualname__', type_)} has no written form{instead_of(type_)}")


def _annotated(base: Any, marks: tuple[Any, ...]) -> Form:
    texts = [mark.documentation for mark in marks if hasattr(mark, "documentation")]
    rest = tuple(mark for mark in marks if not hasattr(mark, "documentation"))
    form = _bounded(base, rest) if rest else form_of(base)
    return described(form, texts[-1]) if texts else form


def _bounded(base: Any, marks: tuple[Any, ...]) -> Form:
    # annotated_types takes longer to import than all of this: a definition without bounds does without it.
    from jobdefs.wire.bounds import bounded

    if get_origin(base) not in (Union, UnionType):
        return bounded(form_of(base), marks)
    # Bounds on a union bind its members, but not None, which has no size.
    members = (arg if arg is NoneType else Annotated[(arg, *marks)] for arg in get_args(base))
    return choice(tuple(members), form_of)


def _class(cls: type[attrs.AttrsInstance]) -> Form:
    with _building:
        if cls not in _classes:
            # A field may lead back to the class: then it finds its form when it is used.
            _classes[cls] = Form(
                structure=lambda value, _=None: _class(cls).structure(value),
                quick=lambda value, _=None: _class(cls).quick(value),
                unstructure=lambda value: _class(cls).unstructure(value),
                schema=lambda defs: _class(cls).schema(defs),
                reads=(dict,),
                # As far as it is known by now: fields without a hash may follow.
                hashable=cls.__hash__ is not None,
            )
            try:
                _classes[cls] = class_form(cls, form_of)
            except BaseException:
                del _classes[cls]
                raise
        return _classes[cls]
