"""ONE table: what a payload's fields can be, how each type is read and written, and how JSON Schema names it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from threading import RLock
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

import attrs

from jobdefs.wire import containers, scalars
from jobdefs.wire.bounds import bounded
from jobdefs.wire.classes import class_form
from jobdefs.wire.form import Form, FormOf, Unsupported, fixed
from jobdefs.wire.misfit import JSON_WORDS
from jobdefs.wire.plain import plain

_ANY: Final = Form(plain, plain, fixed(), tuple(JSON_WORDS))

SINGLE: Final[dict[Any, Form]] = {
    str: Form(scalars.text, scalars.text, fixed(type="string"), (str,)),
    int: Form(
        scalars.read_integer, scalars.write_integer, fixed(type="integer", format="int64"), (int,), also=(float,)
    ),
    float: Form(scalars.number, scalars.number, fixed(type="number"), (float,), also=(int,)),
    bool: Form(scalars.boolean, scalars.boolean, fixed(type="boolean"), (bool,)),
    NoneType: Form(scalars.null, scalars.null, fixed(type="null"), (NoneType,)),
    datetime: Form(scalars.read_moment, scalars.write_moment, fixed(type="string", format="date-time"), (str,)),
    date: Form(scalars.read_date, scalars.write_date, fixed(type="string", format="date"), (str,)),
    timedelta: Form(
        scalars.read_duration,
        scalars.write_duration,
        fixed(type="string", format="duration", pattern=scalars.DURATION_PATTERN),
        (str,),
    ),
    UUID: Form(scalars.read_uuid, scalars.write_uuid, fixed(type="string", format="uuid"), (str,)),
    Decimal: Form(
        scalars.read_decimal,
        scalars.write_decimal,
        fixed(type="string", format="decimal", pattern=scalars.DECIMAL_PATTERN),
        (str,),
    ),
    bytes: Form(scalars.read_bytes, scalars.write_bytes, fixed(type="string", contentEncoding="base64"), (str,)),
    Any: _ANY,
    object: _ANY,
}

COMPOUND: Final[dict[Any, Callable[[tuple[Any, ...], FormOf], Form]]] = {
    list: containers.array,
    tuple: containers.items,
    set: partial(containers.unique, set),
    frozenset: partial(containers.unique, frozenset),
    dict: containers.mapping,
    Union: containers.choice,
    UnionType: containers.choice,
    Literal: containers.literal,
}

_classes: Final[dict[type, Form]] = {}
_building: Final = RLock()


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
    if origin in COMPOUND:
        return COMPOUND[origin](get_args(type_), form_of)
    if origin in SINGLE:
        return SINGLE[origin]
    if isinstance(type_, type) and issubclass(type_, Enum):
        return containers.enumeration(type_)
    if isinstance(type_, type) and attrs.has(type_):
        return _class(type_)
    message = f"{getattr(type_, '__qualname__', type_)} has no written form"
    raise Unsupported(message)


def _annotated(base: Any, marks: tuple[Any, ...]) -> Form:
    if get_origin(base) not in (Union, UnionType):
        return bounded(form_of(base), marks)
    # Bounds on a union bind its members, but not None, which has no size.
    members = (arg if arg is NoneType else Annotated[(arg, *marks)] for arg in get_args(base))
    return containers.choice(tuple(members), form_of)


def _class(cls: type[attrs.AttrsInstance]) -> Form:
    with _building:
        if cls not in _classes:
            # A field may lead back to the class: then it finds its form when it is used.
            _classes[cls] = Form(
                structure=lambda value, _=None: _class(cls).structure(value),
                unstructure=lambda value: _class(cls).unstructure(value),
                schema=lambda defs: _class(cls).schema(defs),
                reads=(dict,),
            )
            try:
                _classes[cls] = class_form(cls, form_of)
            except BaseException:
                del _classes[cls]
                raise
        return _classes[cls]
