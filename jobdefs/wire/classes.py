"""The form of an attrs class: an object with one member per field of its constructor."""

from collections.abc import Callable
from typing import Any

import attrs

from jobdefs.errors import DefinitionError
from jobdefs.wire.field import Field
from jobdefs.wire.form import Defs, Form, FormOf, Fragment, Unsupported, docstring
from jobdefs.wire.misfit import Complaint, Misfit, listed, member, named


def class_form(cls: type[Any], form_of: FormOf) -> Form:
    """Return the form of an attrs class; raises DefinitionError naming class, field and type."""
    fields = tuple(_field(cls, attribute, form_of) for attribute in attributes(cls) if attribute.init)
    return Form(
        structure=_structure(cls, fields),
        quick=_structure(cls, fields, quick=True),
        unstructure=_unstructure(cls, fields),
        schema=lambda defs: defs.reference(cls, lambda defs: _fragment(cls, fields, defs)),
        reads=(dict,),
        hashable=_hashable(cls, fields),
    )


def _hashable(cls: type[Any], fields: tuple[Field, ...]) -> bool:
    known: Any = cls.__hash__
    return known is object.__hash__ or (known is not None and all(field.form.hashable for field in fields))


def attributes(cls: type[Any]) -> "tuple[attrs.Attribute[Any], ...]":
    """Return the attributes of a class with their types; raises DefinitionError where a name cannot be resolved."""
    try:
        return tuple(attrs.fields(_resolved(cls)))
    except Exception as error:
        message = f"{_place(cls)}: its annotations cannot be resolved: {error}; import the names outside TYPE_CHECKING"
        raise DefinitionError(message) from error


def _resolved(cls: type[Any]) -> type[Any]:
    try:
        return attrs.resolve_types(cls)
    except NameError as error:
        # While a class is being decorated, its module does not know it yet.
        if error.name != cls.__name__:
            raise
        return attrs.resolve_types(cls, localns={cls.__name__: cls})


def _field(cls: type[Any], attribute: "attrs.Attribute[Any]", form_of: FormOf) -> Field:
    where = f"{_place(cls)}.{attribute.name}"
    try:
        field = Field(attribute, _form(attribute, form_of))
    except (Unsupported, RecursionError) as error:
        reason = (
            "it leads back to itself; make it an attrs class, or use Any"
            if isinstance(error, RecursionError)
            else error
        )
        message = f"{where}: {_name(attribute.type)} cannot be written as JSON: {reason} (jobdefs/wire/FORMAT.md)"
        raise DefinitionError(message) from None
    if not isinstance(field.description, str):
        message = f"{where}: the description in its metadata is {field.description!r}, and must be a text"
        raise DefinitionError(message)
    if not isinstance(field.examples, (list, tuple)):
        message = f"{where}: the examples in its metadata are {field.examples!r}, and must be a list"
        raise DefinitionError(message)
    try:
        if field.default is not attrs.NOTHING and attribute.converter is None:
            field.form.unstructure(field.default)
    except Misfit as misfit:
        message = f"{where}: its default does not fit {_name(attribute.type)}: {misfit.faults()[0].reason}"
        raise DefinitionError(message) from None
    return field


def _form(attribute: "attrs.Attribute[Any]", form_of: FormOf) -> Form:
    if attribute.validator is None:
        return form_of(Any if attribute.type is None else attribute.type)
    # annotated_types takes longer to import than all of this: a definition without bounds does without it.
    from jobdefs.wire.conditions import conditioned

    return conditioned(attribute, form_of)


def _structure(cls: type[Any], fields: tuple[Field, ...], *, quick: bool = False) -> Callable[..., Any]:
    read: Callable[..., Any] | None = None

    def structure(value: Any, _: Any = None) -> Any:
        nonlocal read
        if value.__class__ is not dict:
            raise Misfit.expected("an object", value)
        if read is None:
            # A definition is made without cattrs, and without the code that it generates.
            from jobdefs.wire.class_reader import quick_reader, reader

            read = quick_reader(cls, fields) if quick else reader(cls, fields)
        return read(value, cls)

    return structure


def _unstructure(cls: type[Any], fields: tuple[Field, ...]) -> Callable[[Any], dict[str, Any]]:
    hooks = tuple((field.name, field.key, field.form.unstructure) for field in fields)

    def unstructure(value: Any) -> dict[str, Any]:
        if value.__class__ is not cls:
            raise Misfit.expected(named(cls), value)
        written: dict[str, Any] = {}
        complaints: list[Complaint] = []
        for name, key, hook in hooks:
            try:
                written[key] = hook(getattr(value, name))
            except Misfit as misfit:
                complaints += misfit.below(member(key))
        if complaints:
            raise Misfit(*listed(complaints))
        return written

    return unstructure


def _fragment(cls: type[Any], fields: tuple[Field, ...], defs: Defs) -> Fragment:
    properties: dict[str, Fragment] = {}
    for field in fields:
        fragment = properties[field.key] = field.form.schema(defs)
        if field.default is not attrs.NOTHING and field.attribute.converter is None:
            fragment["default"] = field.form.unstructure(field.default)
        if field.description:
            fragment["description"] = field.description
        if field.examples:
            fragment["examples"] = [_example(cls, field, example) for example in field.examples]
    return {
        "title": cls.__name__,
        **docstring(cls),
        "type": "object",
        "properties": properties,
        "required": [field.key for field in fields if field.required],
        "additionalProperties": False,
    }


def _example(cls: type[Any], field: Field, example: Any) -> Any:
    try:
        field.form.structure(example)
    except Misfit as misfit:
        first = misfit.faults()[0]
        where = f"{_place(cls)}.{field.name}"
        message = f"{where}: its example {example!r} does not fit: {f'{first.path} '.lstrip()}{first.reason}"
        raise DefinitionError(message) from None
    return example


def _place(cls: type[Any]) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _name(type_: Any) -> str:
    return type_.__qualname__ if isinstance(type_, type) else str(type_).replace("typing.", "")
