"""What validators leave of a type is found under its names, and told where nobody can say."""

from typing import Annotated, Any, NewType, Optional, Protocol, runtime_checkable

import annotated_types as at
import pytest
from attrs import validators

from jobdefs.errors import DefinitionError, InvalidPayload
from jobdefs.wire import codec
from jobdefs.wire.schema import json_schema

Maybe = NewType("Maybe", Optional[int])  # type: ignore[valid-newtype]  # noqa: UP045 - as people write it
Number = NewType("Number", int)
NESTED: Any = (int, (str,))
INTEGER = {"type": "integer", "format": "int64"}


@runtime_checkable
class Sized(Protocol):
    """A protocol with data, of which issubclass can tell nothing."""

    size: int


SIZED: Any = Sized


@pytest.mark.parametrize(
    ("type_", "validator", "schema"),
    [
        (Maybe, validators.instance_of(int), INTEGER),
        (Maybe, validators.ge(1), INTEGER | {"minimum": 1}),
        (Maybe | str, validators.instance_of((int, str)), {"anyOf": [INTEGER, {"type": "string"}]}),
        (Annotated[Maybe, at.Ge(1)], validators.instance_of(int), INTEGER | {"minimum": 1}),
        (Number, validators.instance_of(NESTED), INTEGER),
        (Any, validators.instance_of(NESTED), {"anyOf": [INTEGER, {"type": "string"}]}),
        (int, validators.instance_of(SIZED), INTEGER | {"x-conditions": ["is checked by instance_of(Sized)"]}),
        (Any, validators.instance_of(SIZED), {"x-conditions": ["is checked by instance_of(Sized)"]}),
    ],
)
def test_a_schema_shows_what_validators_leave_of_a_type(one_field, type_, validator, schema):
    """NewType hides nothing from a validator, and None passes in the schema only if it passes the validator."""
    definition = one_field(type_, validator=validator)
    assert json_schema(definition)["properties"]["x"] == schema
    with pytest.raises(InvalidPayload):
        codec.structure(definition, {"x": None})


@pytest.mark.parametrize("allowed", [str, (), (str, (bytes,))])
def test_a_name_of_a_type_of_which_nothing_is_left_is_refused(one_field, allowed):
    """A field that no value could ever have is a mistake of the definition, also where the type has a name."""
    with pytest.raises(DefinitionError, match="no value of this type is one"):
        one_field(Number, validator=validators.instance_of(allowed))
