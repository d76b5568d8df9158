"""The forms of types that are made of other types."""

from collections.abc import Callable, Sequence
from enum import Enum, Flag
from functools import partial
from typing import Any

from jobdefs.wire.form import Form, FormOf, Unsupported, docstring, fixed
from jobdefs.wire.misfit import JSON_WORDS, Misfit, every, member, shown
from jobdefs.wire.scalars import key, text, write_integer


def array(args: tuple[Any, ...], form_of: FormOf) -> Form:
    """``list[X]``: an array."""
    item = form_of(args[0] if args else Any)
    quick = item.quick
    return Form(
        structure=lambda value, _=None: every(item.structure, taken(list, value)),
        quick=lambda value, _=None: [quick(part) for part in taken(list, value)],
        unstructure=lambda value: every(item.unstructure, taken(list, value)),
        schema=lambda defs: {"type": "array", "items": item.schema(defs)},
        reads=(list,),
        sample=[],
        hashable=False,
    )


def items(args: tuple[Any, ...], form_of: FormOf) -> Form:
    """``tuple[X, ...]``: an array; ``tuple[X, Y]``: an array of exactly these."""
    if not args or args[-1] is Ellipsis:
        item = form_of(args[0] if args else Any)
        quick = item.quick
        return Form(
            structure=lambda value, _=None: tuple(every(item.structure, taken(list, value))),
            quick=lambda value, _=None: tuple([quick(part) for part in taken(list, value)]),
            unstructure=lambda value: every(item.unstructure, taken(tuple, value)),
            schema=lambda defs: {"type": "array", "items": item.schema(defs)},
            reads=(list,),
            sample=(),
            hashable=item.hashable,
        )
    return _row(tuple(form_of(arg) for arg in args))


def mapping(args: tuple[Any, ...], form_of: FormOf) -> Form:
    """``dict[str, X]``: an object with free keys."""
    if args and args[0] is not str:
        message = "the keys of a JSON object are strings: use dict[str, …]"
        raise Unsupported(message)
    part = form_of(args[1] if args else Any)

    def convert(hook: Callable[[Any], Any], value: Any, _: Any = None) -> dict[str, Any]:
        keys = every(key, taken(dict, value), step=lambda _: "")
        return dict(zip(keys, every(hook, value.values(), lambda at: member(keys[at])), strict=True))

    return Form(
        structure=partial(convert, part.structure),
        quick=lambda value, _=None: {key(name): part.quick(found) for name, found in taken(dict, value).items()},
        unstructure=partial(convert, part.unstructure),
        schema=lambda defs: {"type": "object", "additionalProperties": part.schema(defs)},
        reads=(dict,),
        sample={},
        hashable=False,
    )


def literal(args: tuple[Any, ...], _: FormOf) -> Form:
    """``Literal[…]``: exactly these values."""
    if not all(isinstance(arg, (str, int, type(None))) and not isinstance(arg, Enum) for arg in args):
        message = "Literal takes strings, integers, booleans and None"
        raise Unsupported(message)
    _check_writable(args)
    take = _onetaken({_key(arg): arg for arg in args}, args)
    kinds = tuple(dict.fromkeys(type(arg) for arg in args))
    fragment = fixed(const=args[0]) if len(args) == 1 else fixed(enum=list(args))
    return Form(
        take,
        take,
        fragment,
        kinds,
        (float,) if int in kinds else (),
        args[0],
        quick=_known({arg: arg for arg in args}) if kinds == (str,) else take,
    )


def _known(values: dict[str, Any]) -> Callable[..., Any]:
    return lambda value, _=None: values[value]


def enumeration(cls: type[Enum]) -> Form:
    """An Enum class: the value of one of its members."""
    if issubclass(cls, Flag):
        message = f"members of {cls.__qualname__} combine to what is no member; use list[…] of a plain Enum, or int"
        raise Unsupported(message)
    values = [found.value for found in cls]
    if not values or not all(type(value) in (str, int) for value in values):
        message = f"the members of {cls.__qualname__} must be strings or integers"
        raise Unsupported(message)
    _check_writable(values)

    def unstructure(value: Any) -> Any:
        if value.__class__ is not cls:
            raise Misfit.expected(f"a member of {cls.__name__}", value)
        return value.value

    kinds = tuple(dict.fromkeys(map(type, values)))
    take = _onetaken({_key(found.value): found for found in cls}, values)
    return Form(
        structure=take,
        quick=_known({found.value: found for found in cls}) if kinds == (str,) else take,
        unstructure=unstructure,
        schema=lambda defs: defs.reference(cls, fixed(**docstring(cls), enum=values)),
        reads=kinds,
        also=(float,) if int in kinds else (),
        sample=next(iter(cls)),
    )


def _check_writable(values: Sequence[Any]) -> None:
    for value in values:
        try:
            if type(value) is int:
                write_integer(value)
            elif type(value) is str:
                text(value)
        except Misfit as misfit:
            raise Unsupported(f"its value {value!r} {misfit.faults()[0].reason}") from None


def _onetaken(known: dict[Any, Any], values: Sequence[Any]) -> Callable[..., Any]:
    reason = f"must be one of {shown(values)}"

    def take(value: Any, _: Any = None) -> Any:
        if value.__class__ in JSON_WORDS and value.__class__ not in (list, dict) and (key := _key(value)) in known:
            return known[key]
        raise Misfit.because(reason)

    return take


def _key(value: Any) -> tuple[bool, Any]:
    # True == 1 in Python, but not in JSON.
    return (value.__class__ is bool, value)


def _row(forms: tuple[Form, ...]) -> Form:
    size = len(forms)

    def convert(hooks: list[Callable[[Any], Any]], value: Any) -> list[Any]:
        if len(value) != size:
            raise Misfit.because(f"must have exactly {size} item(s)")
        return every(lambda pair: pair[0](pair[1]), zip(hooks, value, strict=True))

    readers, writers = [form.structure for form in forms], [form.unstructure for form in forms]
    return Form(
        structure=lambda value, _=None: tuple(convert(readers, taken(list, value))),
        quick=lambda value, _=None: tuple(
            [form.quick(part) for form, part in zip(forms, taken(list, value), strict=True)]
        ),
        unstructure=lambda value: convert(writers, taken(tuple, value)),
        schema=lambda defs: {
            "type": "array",
            "prefixItems": [form.schema(defs) for form in forms],
            "items": False,
            "minItems": size,
        },
        reads=(list,),
        sample=(),
        hashable=all(form.hashable for form in forms),
    )


def taken(cls: type, value: Any) -> Any:
    """Return a value that is of a class, and not of one that derives from it; raises Misfit for any other."""
    if value.__class__ is not cls:
        raise Misfit.expected(JSON_WORDS.get(cls) or f"a {cls.__name__}", value)
    return value
