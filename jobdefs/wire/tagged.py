"""Unions of attrs classes, told apart by their tag: a field of one name in each, with a Literal of its own."""

from collections.abc import Sequence
from typing import Any, Final, Literal, get_args, get_origin

import attrs

from jobdefs.wire.classes import attributes
from jobdefs.wire.field import key_of
from jobdefs.wire.form import Defs, Form, FormOf, Fragment, Unsupported
from jobdefs.wire.misfit import Misfit, member, named, shown

_HOW: Final = 'tag them: a field of one name in each, such as kind: Literal["{example}"] = "{example}"'


def attrs_class(type_: Any) -> type[Any] | None:
    """Return the attrs class that a member of a union is, or stands for by a name or with bounds; None for others."""
    for way in ("__supertype__", "__value__", "__origin__"):
        if not isinstance(type_, type):
            type_ = getattr(type_, way, type_)
    return type_ if isinstance(type_, type) and attrs.has(type_) else None


def tagged(members: Sequence[Any], form_of: FormOf) -> Form:
    """Return the form of a union of attrs classes; raises Unsupported, with the mend, where no tag tells them apart."""
    classes = {cls: form_of(type_) for type_ in members if (cls := attrs_class(type_))}
    key, owners = _tag(list(classes))
    readers = {value: classes[cls].structure for value, cls in owners.items()}
    quickly = {value: classes[cls].quick for value, cls in owners.items()}
    writers = {cls: form.unstructure for cls, form in classes.items()}
    known = shown(list(owners))
    words = " or ".join(named(cls) for cls in classes)

    def structure(value: Any, _: Any = None) -> Any:
        if value.__class__ is not dict:
            raise Misfit.expected("an object", value)
        tag = value.get(key)
        read = readers.get(tag) if tag.__class__ is str else None
        if read is None:
            raise Misfit((member(key), f"{'must be' if key in value else 'is required:'} one of {known}"))
        return read(value)

    def quick(value: Any, _: Any = None) -> Any:
        return quickly[value[key]](value)

    def unstructure(value: Any) -> Any:
        if (write := writers.get(value.__class__)) is None:
            raise Misfit.expected(words, value)
        return write(value)

    def schema(defs: Defs) -> Fragment:
        return {"oneOf": [form.schema(defs) | {"required": [key]} for form in classes.values()]}

    hashable = all(form.hashable for form in classes.values())
    return Form(structure, unstructure, schema, (dict,), hashable=hashable, quick=quick)


def _tag(classes: list[type[Any]]) -> tuple[str, dict[str, type[Any]]]:
    """Return what JSON calls the tag, and the class that each of its values stands for."""
    values = [_literals(cls) for cls in classes]
    shared = [key for key in values[0] if all(key in others for others in values)]
    names = ", ".join(cls.__name__ for cls in classes)
    if not shared:
        how = _HOW.format(example=classes[0].__name__.lower())
        raise Unsupported(f"{names} are all written as an object, and nothing tells them apart; {how}")
    for key in shared:
        owners = {value: cls for cls, known in zip(classes, values, strict=True) for value in known[key]}
        if len(owners) == sum(len(known[key]) for known in values):
            return key, owners
    raise Unsupported(f"{names} share values of their tag {shared[0]!r}; give each class values of its own")


def _literals(cls: type[Any]) -> dict[str, tuple[str, ...]]:
    """Return the fields of a class that can be a tag, by what JSON calls them, with their values."""
    return {
        key_of(attribute): get_args(attribute.type)
        for attribute in attributes(cls)
        if attribute.init
        and get_origin(attribute.type) is Literal
        and all(type(value) is str for value in get_args(attribute.type))
    }
