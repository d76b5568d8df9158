"""Reads objects of attrs classes by functions that cattrs generates, and finds every fault of one that does not fit."""

from collections.abc import Callable, Iterable, Iterator
from types import BuiltinFunctionType
from typing import Annotated, Any, Final

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn_from_attrs, override

from jobdefs.wire.field import Field
from jobdefs.wire.misfit import Complaint, Misfit, listed, member
from jobdefs.wire.raised import reason_of

_Hook = tuple[str, Callable[..., Any], bool]

_CONVERTER: Final = Converter(forbid_extra_keys=True, detailed_validation=False)


def quick_reader(cls: type[Any], fields: tuple[Field, ...]) -> Callable[..., Any]:
    """Return the function that makes an object of the class from JSON that fits, and raises anything for other JSON."""
    attributes = [_for_cattrs(field) for field in fields]
    return make_dict_structure_fn_from_attrs(attributes, cls, _CONVERTER)


def reader(cls: type[Any], fields: tuple[Field, ...]) -> Callable[..., Any]:
    """Return the function that makes an object of the class, or raises Misfit with every fault of its JSON.

    It is for what the quick one refused: cattrs could collect the faults of a class, too, and takes twice as long.
    """
    hooks = tuple((field.key, field.form.structure, field.required) for field in fields)
    known = frozenset(field.key for field in fields)
    validated = any(field.attribute.validator is not None for field in fields)

    def read(value: dict[str, Any], _: type[Any]) -> Any:
        found, complaints = _members(hooks, value)
        if not value.keys() <= known:
            complaints += listed((member(key), "unknown field") for key in sorted(value.keys() - known, key=str))
        if validated:
            complaints += _refusals(cls, fields, value, found)
        if complaints:
            raise Misfit(*listed(complaints))
        return _made(cls, found)

    return read


def _for_cattrs(field: Field) -> Any:
    # The override travels in the type: as a keyword, a field named "cl" or "converter" would collide with cattrs's own.
    how = override(struct_hook=field.form.quick, rename=field.key)
    return field.attribute.evolve(type=Annotated[Any, how])


def _members(hooks: Iterable[_Hook], value: dict[str, Any]) -> tuple[dict[str, Any], list[Complaint]]:
    """Return what the sound members stand for, and what is wrong with the others and with those that are missing."""
    found: dict[str, Any] = {}
    complaints: list[Complaint] = []
    for key, hook, required in hooks:
        if key in value:
            try:
                found[key] = hook(value[key])
            except Misfit as misfit:
                complaints += misfit.below(member(key))
        elif required:
            complaints.append((member(key), "is required"))
    return found, complaints


def _made(cls: type[Any], found: dict[str, Any]) -> Any:
    try:
        return cls(**found)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a class of the user's may raise what it likes
        raise Misfit.because(reason_of(error)) from None


def _refusals(
    cls: type[Any], fields: tuple[Field, ...], value: dict[str, Any], found: dict[str, Any]
) -> Iterator[Complaint]:
    """Yield what the validators of the sound fields say; attrs itself would stop at the first that refuses."""
    try:
        instance = _bare(cls)
    except TypeError:
        return  # It derives from what is not made without arguments, such as a date.
    _fill(instance, fields, value, found)
    whole = all(hasattr(instance, attribute.name) for attribute in attrs.fields(cls))
    for field in fields:
        if field.attribute.validator is not None and hasattr(instance, field.name):
            try:
                field.attribute.validator(instance, field.attribute, getattr(instance, field.name))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a validator may raise what it likes
                if whole or not _misses(error, instance):
                    yield member(field.key), reason_of(error)


def _bare(cls: type[Any]) -> Any:
    """Return an object of the class without any of its fields; no code of the class itself runs."""
    # Not always object's: what derives from dict or from an exception is made by these.
    makers = (vars(base).get("__new__") for base in cls.__mro__)
    return next(maker for maker in makers if isinstance(maker, BuiltinFunctionType))(cls)


def _fill(instance: Any, fields: tuple[Field, ...], value: dict[str, Any], found: dict[str, Any]) -> None:
    for field in fields:
        # A default stands in for what is missing, and not for what is wrong.
        part = found.get(field.key, attrs.NOTHING if field.key in value else field.default)
        if part is not attrs.NOTHING and field.attribute.converter is None:
            object.__setattr__(instance, field.name, part)


def _misses(error: BaseException, instance: Any) -> bool:
    """Tell whether a validator looked at a field that is not sound."""
    return isinstance(error, AttributeError) and error.obj is instance
