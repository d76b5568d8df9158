"""Reads objects of attrs classes by functions that cattrs generates, and finds every fault of one that does not fit."""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Final

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn_from_attrs, override

from jobdefs.wire.field import Field
from jobdefs.wire.misfit import Complaint, Misfit, listed, member, shortened

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
            complaints += _refusals(cls, fields, found)
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
        raise Misfit.because(_text(error)) from None


def _refusals(cls: type[Any], fields: tuple[Field, ...], found: dict[str, Any]) -> Iterator[Complaint]:
    """Yield what the validators of the sound fields say; attrs itself would stop at the first that refuses."""
    instance = object.__new__(cls)
    for field in fields:
        part = found.get(field.key, field.default)
        if part is not attrs.NOTHING and field.attribute.converter is None:
            object.__setattr__(instance, field.name, part)
    for field in fields:
        if field.attribute.validator is not None and hasattr(instance, field.name):
            try:
                field.attribute.validator(instance, field.attribute, getattr(instance, field.name))
            except AttributeError:
                continue  # It looks at another field, which is not sound.
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a validator may raise what it likes
                yield member(field.key), _text(error)


def _text(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "raised SystemExit"
    return shortened(str(error.args[0]) if error.args else type(error).__name__)
