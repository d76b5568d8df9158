"""The forms of unions, whose members are told apart by their JSON types."""

from collections.abc import Callable
from types import NoneType
from typing import Any

from jobdefs.wire.form import Form, FormOf, Unsupported
from jobdefs.wire.misfit import JSON_WORDS, Misfit
from jobdefs.wire.tagged import attrs_class, tagged


def choice(args: tuple[Any, ...], form_of: FormOf) -> Form:
    """``X | Y``: whichever the JSON type belongs to; members that JSON cannot tell apart are refused.

    Several attrs classes are told apart by their tag.
    """
    if Any in args or object in args:
        return form_of(Any)
    members = _members(args, form_of)
    if len(members) == 1:
        return members[0]
    owners = _owners(members)
    others = {kind: form for form in members for kind in form.also if owners[kind] is not form}
    words = " or ".join(JSON_WORDS[kind] for form in members for kind in form.reads)

    def structure(value: Any, _: Any = None) -> Any:
        if (form := owners.get(value.__class__)) is None:
            raise Misfit.expected(words, value)
        try:
            return form.structure(value)
        except Misfit as misfit:
            # An integer is a number too: what bounds keep out of the one member may fit the other.
            if (other := others.get(value.__class__)) is None:
                raise
            return _second(other, value, misfit)

    def quick(value: Any, _: Any = None) -> Any:
        return owners[value.__class__].quick(value)

    return Form(
        structure=structure,
        quick=structure if others else quick,
        unstructure=_writer(members, words),
        schema=lambda defs: {"anyOf": [form.schema(defs) for form in members]},
        reads=tuple(kind for form in members for kind in form.reads),
        also=tuple(kind for form in members for kind in form.also),
        hashable=all(form.hashable for form in members),
    )


def _members(args: tuple[Any, ...], form_of: FormOf) -> list[Form]:
    classes = [arg for arg in args if attrs_class(arg)]
    apart = [arg for arg in args if not attrs_class(arg)]
    if len(classes) > 1:
        return [tagged(classes, form_of), *map(form_of, apart)]
    return [form_of(arg) for arg in args]


def _owners(members: list[Form]) -> dict[type, Form]:
    owners: dict[type, Form] = {}
    for form in members:
        for kind in form.reads:
            if owners.setdefault(kind, form) is not form:
                message = f"two members of the union are both written as {JSON_WORDS[kind]}"
                raise Unsupported(message)
    for form in members:
        for kind in form.also:
            owners.setdefault(kind, form)
    return owners


def _second(form: Form, value: Any, misfit: Misfit) -> Any:
    try:
        return form.structure(value)
    except Misfit:
        raise misfit from None


def _writer(members: list[Form], words: str) -> Callable[[Any], Any]:
    # A float takes integers too, so it is asked last.
    hooks = [form.unstructure for form in sorted(members, key=lambda form: float in form.reads)]

    def unstructure(value: Any) -> Any:
        misfits = []
        for hook in hooks:
            try:
                return hook(value)
            except Misfit as misfit:
                misfits.append(misfit)
        raise next((misfit for misfit in misfits if not misfit.foreign), Misfit.expected(words, value))

    nullable = any(NoneType in form.reads for form in members)
    return lambda value: None if value is None and nullable else unstructure(value)
