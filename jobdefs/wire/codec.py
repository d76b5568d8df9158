"""Turns payloads into JSON and back, under the rules of their definition."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import attrs
import orjson

from jobdefs.catalog import Catalog
from jobdefs.definition import Definition
from jobdefs.errors import DefinitionError, Fault, InvalidPayload, TooLarge, UnwritableResult
from jobdefs.policy import MAX_DEPTH, MAX_PAYLOAD_BYTES, MAX_RESULT_BYTES
from jobdefs.upgrade import check_chain, refuse_newer, upgraded
from jobdefs.wire.body import read_json, too_deep
from jobdefs.wire.form import Form
from jobdefs.wire.misfit import Misfit
from jobdefs.wire.plain import non_finite
from jobdefs.wire.schema import json_schema
from jobdefs.wire.types import SINGLE, form_of

_RESULT_OPTIONS: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_form: Final[Callable[[type], Form]] = cache(form_of)
_TOO_DEEP: Final = Fault("$", f"is nested more than {MAX_DEPTH} levels deep")
_ENDED: Final = Fault("$", "its class raised SystemExit")


def prepare(catalog: Catalog) -> None:
    """Check every definition of a catalogue, so that a program that starts can write and read all of them."""
    for definition in catalog:
        check(definition)


def check(definition: Definition) -> None:
    """Raise DefinitionError for what cannot be written, for gaps in the upgrades, and for examples that do not fit.

    It names class, field and type, or the definition and every fault of the example.
    """
    json_schema(definition)
    check_chain(definition)
    for example in definition.examples:
        try:
            structure(definition, example)
        except InvalidPayload as error:
            message = f"definition {definition.name!r}: one of its examples does not fit. {error}"
            raise DefinitionError(message) from None


def structure(definition: Definition, value: object, version: int | None = None) -> Any:
    """Return the payload object that parsed JSON stands for; raises InvalidPayload with every fault there is.

    JSON of an older ``version`` (None: the definition's own) is upgraded before, and may be changed by that. Raises
    NewerPayload and UpgradeFailed, too.
    """
    if version is not None and version != definition.version:
        return _structure_other(definition, value, version)
    form = _form(definition.payload)
    try:
        return form.quick(value)
    except (Exception, SystemExit):  # noqa: BLE001, S110 - what is wrong, and whether it is, is found out below
        pass
    try:
        return form.structure(value)
    except Misfit as misfit:
        raise _invalid(definition, misfit) from None
    except RecursionError:
        raise InvalidPayload(definition.name, (_TOO_DEEP,)) from None
    except SystemExit:
        # One payload must not end a program that reads those of others.
        raise InvalidPayload(definition.name, (_ENDED,)) from None


def _structure_other(definition: Definition, value: object, version: int) -> Any:
    refuse_newer(definition, version)
    if not isinstance(value, dict):
        return structure(definition, value)
    try:
        return structure(definition, upgraded(definition, value, version))
    except InvalidPayload as error:
        raise InvalidPayload(definition.name, error.faults, upgrade=(version, definition.version)) from None


def decode(definition: Definition, data: bytes, version: int | None = None) -> Any:
    """Return the payload object that JSON text stands for; raises InvalidBody, and what ``structure`` raises."""
    return structure(definition, read_json(data), version)


def encode(definition: Definition, payload: object) -> bytes:
    """Return a payload object as JSON text that ``decode`` takes.

    Raises InvalidPayload where the object is of another class, or a field of it does not fit its type, and TooLarge.
    """
    try:
        data = orjson.dumps(_form(definition.payload).unstructure(payload))
    except Misfit as misfit:
        raise _invalid(definition, misfit) from None
    except RecursionError:
        raise InvalidPayload(definition.name, (_TOO_DEEP,)) from None
    except SystemExit:
        raise InvalidPayload(definition.name, (_ENDED,)) from None
    if len(data) > MAX_PAYLOAD_BYTES:
        raise TooLarge("payload", len(data), MAX_PAYLOAD_BYTES)
    if too_deep(data):
        raise InvalidPayload(definition.name, (_TOO_DEEP,))
    return data


def encode_result(value: object) -> bytes:
    """Return what a handler returned as JSON text.

    Besides plain JSON it takes attrs objects, tuples, sets, enums and the single types of FORMAT.md, at any depth.
    Raises UnwritableResult naming the type that has no written form, and TooLarge.
    """
    try:
        data = orjson.dumps(value, _result_part, _RESULT_OPTIONS)
    except TypeError as error:
        raise UnwritableResult(str(error.__cause__ or error)) from error
    if len(data) > MAX_RESULT_BYTES:
        raise TooLarge("result", len(data), MAX_RESULT_BYTES)
    # orjson writes NaN and infinities as null, without a word.
    if b"null" in data and non_finite(value):
        raise UnwritableResult("NaN and infinities have no JSON")
    return data


def decode_result(data: bytes) -> Any:
    """Return the plain JSON in a stored result."""
    return orjson.loads(data)


def _result_part(value: Any) -> Any:
    kind = type(value)
    if kind in (set, frozenset):
        return sorted(value, key=repr)
    if kind is object or not (kind in SINGLE or attrs.has(kind)):
        message = f"{kind.__qualname__} has no written form"
        raise TypeError(message)
    try:
        return _form(kind).unstructure(value)
    except Misfit as misfit:
        message = "; ".join(f"{kind.__qualname__}{fault.path}: {fault.reason}" for fault in misfit.faults())
        raise TypeError(message) from None


def _invalid(definition: Definition, misfit: Misfit) -> InvalidPayload:
    return InvalidPayload(definition.name, misfit.faults("$"))
