"""Reads objects of attrs classes by functions that cattrs generates, and finds every fault of one that does not fit."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final

import attrs
from cattrs import ClassValidationError, Converter
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn_from_attrs, override

from jobdefs.errors import Fault
from jobdefs.wire.field import Field
from jobdefs.wire.form import Form
from jobdefs.wire.misfit import Misfit, listed, member, shortened

_THOROUGH: Final = Converter(forbid_extra_keys=True, detailed_validation=True)
_QUICK: Final = Converter(forbid_extra_keys=True, detailed_validation=False)


def reader(cls: type[Any], fields: tuple[Field, ...]) -> Callable[..., Any]:
    """Return the function that makes an object of the class, or raises Misfit."""
    keys = {field.name: field.key for field in fields}
    validated = any(field.attribute.validator is not None for field in fields)
    generated = _generated(cls, fields, _THOROUGH, lambda form: form.structure)

    def read(value: dict[str, Any], _: type[Any]) -> Any:
        try:
            return generated(value, cls)
        except ClassValidationError as error:
            unsound, faults = _faults(keys, error)
            if validated:
                sound = tuple(field for field in fields if field.name not in unsound)
                faults += _refusals(cls, sound, value)
            raise Misfit(*listed(iter(faults or _whole(error)))) from None

    return read


def quick_reader(cls: type[Any], fields: tuple[Field, ...]) -> Callable[..., Any]:
    """Return the function that makes an object of the class from JSON that fits, and raises anything for other JSON."""
    return _generated(cls, fields, _QUICK, lambda form: form.quick)


def _generated(
    cls: type[Any], fields: tuple[Field, ...], converter: Converter, hook_of: Callable[[Form], Callable[..., Any]]
) -> Callable[..., Any]:
    attributes = [_for_cattrs(field, hook_of(field.form)) for field in fields]
    return make_dict_structure_fn_from_attrs(attributes, cls, converter)


def _for_cattrs(field: Field, hook: Callable[..., Any]) -> Any:
    # The override travels in the type: as a keyword, a field named "cl" or "converter" would collide with cattrs's own.
    return field.attribute.evolve(type=Annotated[Any, override(struct_hook=hook, rename=field.key)])


def _faults(keys: dict[str, str], error: ClassValidationError) -> tuple[set[str], list[Fault]]:
    """Return the names of the fields at fault, and what is wrong with them and with the object's other members."""
    names: set[str] = set()
    faults: list[Fault] = []
    noted, bare = error.group_exceptions()
    for cause, note in noted:
        if not isinstance(cause, (Misfit, KeyError)):
            raise cause
        names.add(note.name)
        step = member(keys[note.name])
        faults += cause.below(step) if isinstance(cause, Misfit) else [Fault(step, "is required")]
    for cause in bare:
        if isinstance(cause, ForbiddenExtraKeysError):
            extra = sorted(cause.extra_fields, key=str)
            faults += listed(Fault(member(key), "unknown field") for key in extra)
    return names, faults


def _whole(error: ClassValidationError) -> list[Fault]:
    return [Fault("", _text(cause)) for cause in error.exceptions]


def _refusals(cls: type[Any], fields: tuple[Field, ...], value: dict[str, Any]) -> Iterator[Fault]:
    """Yield what the validators of the sound fields say; attrs itself would stop at the first that refuses."""
    instance = object.__new__(cls)
    for field in fields:
        found = field.form.structure(value[field.key]) if field.key in value else field.default
        if found is not attrs.NOTHING and field.attribute.converter is None:
            object.__setattr__(instance, field.name, found)
    for field in fields:
        if field.attribute.validator is not None and hasattr(instance, field.name):
            try:
                field.attribute.validator(instance, field.attribute, getattr(instance, field.name))
            except AttributeError:
                continue  # It looks at another field, which is not sound.
            except Exception as error:  # noqa: BLE001 - a validator may raise what it likes
                yield Fault(member(field.key), _text(error))


def _text(error: BaseException) -> str:
    return shortened(str(error.args[0]) if error.args else type(error).__name__)
