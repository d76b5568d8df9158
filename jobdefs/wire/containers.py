"""The forms of types that are made of other types."""

from collections import Counter
from collections.abc import Callable, Sequence
from enum import Enum, Flag
from functools import partial
from typing import Any, Final

from jobdefs.wire.form import Form, FormOf, Unsupported, docstring, fixed
from jobdefs.wire.misfit import JSON_WORDS, Misfit, every, member, shown
from jobdefs.wire.scalars import key, text, write_integer

# The hash of a text is another one in each process, and of integers of 64 bits no more than nine have one hash.
_SCATTERED: Final = (str, bytes, int)
_MOST_ALIKE: Final = 100
_ALIKE: Final = f"holds more than {_MOST_ALIKE} items of one hash, too many to tell apart"
_TWICE: Final = "holds the same item twice"


def array(args: tuple[Any, ...], form_of: FormOf) -> Form:
    """``list[X]``: an array."""
    item = form_of(args[0] if args else Any)
    quick = item.quick
    return Form(
        structure=lambda value, _=None: every(item.structure, _of(list, value)),
        quick=lambda value, _=None: [quick(part) for part in _of(list, value)],
        unstructure=lambda value: every(item.unstructure, _of(list, value)),
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
            structure=lambda value, _=None: tuple(every(item.structure, _of(list, value))),
            quick=lambda value, _=None: tuple([quick(part) for part in _of(list, value)]),
            unstructure=lambda value: every(item.unstructure, _of(tuple, value)),
            schema=lambda defs: {"type": "array", "items": item.schema(defs)},
            reads=(list,),
            sample=(),
            hashable=item.hashable,
        )
    return _row(tuple(form_of(arg) for arg in args))


def unique(cls: type, args: tuple[Any, ...], form_of: FormOf) -> Form:
    """``set[X]`` and ``frozenset[X]``: an array without equal items, written in a settled order."""
    item = form_of(args[0] if args else Any)
    if not item.hashable:
        message = "the items of a set must be hashable, and not every value of this type is: use list[X]"
        raise Unsupported(message)

    checked = list if isinstance(item.sample, _SCATTERED) else _scattered

    def structure(value: Any, _: Any = None) -> Any:
        return _distinct(cls, checked, every(item.structure, _of(list, value)))

    return Form(
        structure=structure,
        quick=lambda value, _=None: _distinct(cls, checked, [item.quick(part) for part in _of(list, value)]),
        unstructure=lambda value: sorted(every(item.unstructure, checked(_of(cls, value))), key=repr),
        schema=lambda defs: {"type": "array", "items": item.schema(defs), "uniqueItems": True},
        reads=(list,),
        sample=cls(),
        hashable=cls is frozenset,
    )


def _distinct(cls: type, checked: Callable[[Any], Any], items: list[Any]) -> Any:
    try:
        distinct = cls(checked(items))
    except Misfit:
        raise
    except Exception:  # noqa: BLE001 - a hash of the user's may raise what it likes
        raise Misfit.because("holds an item that no set can hold") from None
    if len(distinct) < len(items):
        raise Misfit.because(_TWICE)
    return distinct


def _scattered(items: Any) -> Any:
    """Return the items of a set; raises Misfit where so many have one hash that it would take seconds to make the set.

    Whoever writes numbers and UUIDs can choose their hashes, and a set compares each item with all others of its hash.
    """
    if len(items) > _MOST_ALIKE and len(items) - len(set(map(hash, items))) >= _MOST_ALIKE:
        worst, count = Counter(map(hash, items)).most_common(1)[0]
        if count > _MOST_ALIKE:
            alike = [item for item in items if hash(item) == worst][: _MOST_ALIKE + 1]
            raise Misfit.because(_TWICE if len(set(alike)) < len(alike) else _ALIKE)
    return items


def mapping(args: tuple[Any, ...], form_of: FormOf) -> Form:
    """``dict[str, X]``: an object with free keys."""
    if args and args[0] is not str:
        message = "the keys of a JSON object are strings: use dict[str, …]"
        raise Unsupported(message)
    part = form_of(args[1] if args else Any)

    def convert(hook: Callable[[Any], Any], value: Any, _: Any = None) -> dict[str, Any]:
        keys = every(key, _of(dict, value), step=lambda _: "")
        return dict(zip(keys, every(hook, value.values(), lambda at: member(keys[at])), strict=True))

    return Form(
        structure=partial(convert, part.structure),
        quick=lambda value, _=None: {key(name): part.quick(found) for name, found in _of(dict, value).items()},
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
    take = _one_of({_key(arg): arg for arg in args}, args)
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
    take = _one_of({_key(found.value): found for found in cls}, values)
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


def _one_of(known: dict[Any, Any], values: Sequence[Any]) -> Callable[..., Any]:
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
        structure=lambda value, _=None: tuple(convert(readers, _of(list, value))),
        quick=lambda value, _=None: tuple(
            [form.quick(part) for form, part in zip(forms, _of(list, value), strict=True)]
        ),
        unstructure=lambda value: convert(writers, _of(tuple, value)),
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


def _of(cls: type, value: Any) -> Any:
    if value.__class__ is not cls:
        raise Misfit.expected(JSON_WORDS.get(cls) or f"a {cls.__name__}", value)
    return value
