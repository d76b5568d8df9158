"""The form of an attrs class: an object with one member per field of its constructor."""

import inspect
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final

import attrs
from cattrs import ClassValidationError, Converter
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn_from_attrs, override

from jobdefs.errors import DefinitionError, Fault
from jobdefs.wire.form import Defs, Form, FormOf, Fragment, Unsupported
from jobdefs.wire.misfit import Misfit, listed, member, named
from jobdefs.wire.validators import refined

_CONVERTER: Final = Converter(forbid_extra_keys=True, detailed_validation=True)
_EMPTY: Final = (list, tuple, set, frozenset, dict)


@attrs.frozen
class _Field:
    attribute: "attrs.Attribute[Any]"
    form: Form

    @property
    def name(self) -> str:
        return self.attribute.name

    @property
    def key(self) -> str:
        return self.attribute.alias or self.attribute.name

    @property
    def default(self) -> Any:
        """What stands in for a missing member, NOTHING where that cannot be told beforehand."""
        default: Any = self.attribute.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
            return default.factory() if default.factory in _EMPTY else attrs.NOTHING
        return default


def class_form(cls: type[Any], form_of: FormOf) -> Form:
    """Return the form of an attrs class; raises DefinitionError naming class, field and type."""
    fields = tuple(_field(cls, attribute, form_of) for attribute in _attributes(cls) if attribute.init)
    return Form(
        structure=_structure(cls, fields),
        unstructure=_unstructure(cls, fields),
        schema=lambda defs: defs.reference(cls, lambda defs: _fragment(cls, fields, defs)),
        reads=(dict,),
    )


def _attributes(cls: type[Any]) -> "tuple[attrs.Attribute[Any], ...]":
    try:
        return tuple(attrs.fields(attrs.resolve_types(cls)))
    except Exception as error:
        message = f"{_place(cls)}: its annotations cannot be resolved: {error}; import the names outside TYPE_CHECKING"
        raise DefinitionError(message) from error


def _field(cls: type[Any], attribute: "attrs.Attribute[Any]", form_of: FormOf) -> _Field:
    where = f"{_place(cls)}.{attribute.name}"
    try:
        field = _Field(attribute, form_of(refined(attribute)))
    except Unsupported as reason:
        message = f"{where}: {_name(attribute.type)} cannot be written as JSON: {reason} (jobdefs/wire/FORMAT.md)"
        raise DefinitionError(message) from None
    try:
        if field.default is not attrs.NOTHING and attribute.converter is None:
            field.form.unstructure(field.default)
    except Misfit as misfit:
        message = f"{where}: its default does not fit {_name(attribute.type)}: {misfit.faults[0].reason}"
        raise DefinitionError(message) from None
    return field


def _structure(cls: type[Any], fields: tuple[_Field, ...]) -> Callable[..., Any]:
    generated = make_dict_structure_fn_from_attrs([_for_cattrs(field) for field in fields], cls, _CONVERTER)

    def structure(value: Any, _: Any = None) -> Any:
        if value.__class__ is not dict:
            raise Misfit.expected("an object", value)
        try:
            return generated(value, cls)
        except ClassValidationError as error:
            raise Misfit(*_faults(cls, fields, value, error)) from None

    return structure


def _for_cattrs(field: _Field) -> Any:
    # The override travels in the type: as a keyword, a field named "cl" or "converter" would collide with cattrs's own.
    hook = override(struct_hook=field.form.structure, rename=field.key)
    return field.attribute.evolve(type=Annotated[Any, hook])


def _faults(
    cls: type[Any], fields: tuple[_Field, ...], value: dict[str, Any], error: ClassValidationError
) -> list[Fault]:
    faults: list[Fault] = []
    by_name = {field.name: field for field in fields}
    noted, bare = error.group_exceptions()
    for cause, note in noted:
        if not isinstance(cause, (Misfit, KeyError)):
            raise cause
        step = member(by_name.pop(note.name).key)
        faults += cause.below(step) if isinstance(cause, Misfit) else [Fault(step, "is required")]
    for cause in bare:
        if isinstance(cause, ForbiddenExtraKeysError):
            extra = sorted(cause.extra_fields, key=str)
            faults += listed(Fault(member(key), "unknown field") for key in extra)
    faults += _refusals(cls, tuple(by_name.values()), value)
    return faults or [Fault("", _text(cause)) for cause in bare]


def _refusals(cls: type[Any], fields: tuple[_Field, ...], value: dict[str, Any]) -> Iterator[Fault]:
    """Yield what the validators of the sound fields say; attrs itself would stop at the first that refuses."""
    if all(field.attribute.validator is None for field in fields):
        return
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


def _unstructure(cls: type[Any], fields: tuple[_Field, ...]) -> Callable[[Any], dict[str, Any]]:
    hooks = tuple((field.name, field.key, field.form.unstructure) for field in fields)

    def unstructure(value: Any) -> dict[str, Any]:
        if value.__class__ is not cls:
            raise Misfit.expected(named(cls), value)
        written: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, key, hook in hooks:
            try:
                written[key] = hook(getattr(value, name))
            except Misfit as misfit:
                faults += misfit.below(member(key))
        if faults:
            raise Misfit(*faults)
        return written

    return unstructure


def _fragment(cls: type[Any], fields: tuple[_Field, ...], defs: Defs) -> Fragment:
    properties: dict[str, Fragment] = {}
    for field in fields:
        fragment = properties[field.key] = field.form.schema(defs)
        if field.default is not attrs.NOTHING and field.attribute.converter is None:
            fragment["default"] = field.form.unstructure(field.default)
    described_as = {"description": inspect.cleandoc(doc)} if (doc := vars(cls).get("__doc__")) else {}
    return {
        "title": cls.__name__,
        **described_as,
        "type": "object",
        "properties": properties,
        "required": [field.key for field in fields if field.attribute.default is attrs.NOTHING],
        "additionalProperties": False,
    }


def _place(cls: type[Any]) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _name(type_: Any) -> str:
    return type_.__qualname__ if isinstance(type_, type) else str(type_).replace("typing.", "")


def _text(error: BaseException) -> str:
    return str(error.args[0]) if error.args else type(error).__name__
