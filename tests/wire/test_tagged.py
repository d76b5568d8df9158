"""Unions of attrs classes, told apart by a tag."""

from typing import Annotated, Literal

import attrs
import pytest
from annotated_types import Predicate

from jobdefs import define
from jobdefs.errors import InvalidPayload
from jobdefs.wire import codec
from jobdefs.wire.schema import json_schema
from tests.support.definitions import defined


@attrs.frozen
class Cat:
    name: str
    kind: Literal["cat"] = "cat"


@attrs.frozen
class Dog:
    kind: Literal["dog", "wolf"]
    _mates: "list[Cat | Dog]" = attrs.Factory(list)


@define("PETS")
@attrs.frozen
class Pets:
    pet: Cat | Dog
    second: Cat | Dog | int | None = None


PETS = defined(Pets)


def test_the_tag_says_which_class_an_object_becomes():
    """A class is chosen by its tag at any depth, and one class may have several values."""
    value = {"pet": {"kind": "wolf", "mates": [{"kind": "cat", "name": "Tom"}]}, "second": {"kind": "dog"}}
    payload = codec.structure(PETS, value)
    assert payload == Pets(Dog("wolf", [Cat("Tom")]), Dog("dog"))
    assert codec.decode(PETS, codec.encode(PETS, payload)) == payload


@pytest.mark.parametrize(
    ("pet", "fault"),
    [
        ({"name": "Tom"}, '$.pet.kind: is required: one of "cat", "dog", "wolf"'),
        ({"kind": "cow"}, '$.pet.kind: must be one of "cat", "dog", "wolf"'),
        ({"kind": ["cat"]}, '$.pet.kind: must be one of "cat", "dog", "wolf"'),
        ("cat", "$.pet: expected an object, got a string"),
        ({"kind": "cat"}, "$.pet.name: is required"),
        ({"kind": "dog", "name": "Tom"}, "$.pet.name: unknown field"),
        ({"kind": "dog", "mates": [{}]}, '$.pet.mates[0].kind: is required: one of "cat", "dog", "wolf"'),
    ],
)
def test_a_fault_names_the_tag_and_its_values(pet, fault):
    """What has no tag, or an unknown one, is told which there are; else the faults are those of the class chosen."""
    with pytest.raises(InvalidPayload) as caught:
        codec.structure(PETS, {"pet": pet})
    assert [f"{found.path}: {found.reason}" for found in caught.value.faults] == [fault]


def test_only_objects_of_these_classes_are_written():
    """An object of another class, or one whose tag is of another class, is refused on writing, too."""
    with pytest.raises(InvalidPayload, match=r"\$\.pet: expected a Cat or a Dog, got a Pets"):
        codec.encode(PETS, Pets(Pets(1)))  # type: ignore[arg-type]
    with pytest.raises(InvalidPayload, match=r'\$\.pet\.kind: must be one of "cat"'):
        codec.encode(PETS, Pets(Cat("Tom", "dog")))  # type: ignore[arg-type]


def test_the_schema_has_one_of_the_classes_and_requires_the_tag():
    """Exactly one branch fits, by the constant that its tag is; also where the class itself has a default for it."""
    schema = json_schema(PETS)
    branches = [{"$ref": f"#/$defs/{name}", "required": ["kind"]} for name in ("Cat", "Dog")]
    assert schema["properties"]["pet"] == {"oneOf": branches}
    assert schema["properties"]["second"]["anyOf"] == [
        {"oneOf": branches},
        {"type": "integer", "format": "int64"},
        {"type": "null"},
    ]
    assert schema["$defs"]["Cat"]["properties"]["kind"] == {"const": "cat", "default": "cat"}


def test_bounds_of_a_union_hold_for_the_class_that_was_chosen(one_field):
    """A Predicate around the union is asked about the object, whichever class it has."""
    definition = one_field(Annotated[Cat | Dog, Predicate(lambda pet: pet.kind != "wolf")])
    assert codec.structure(definition, {"x": {"kind": "dog"}}).x == Dog("dog")
    with pytest.raises(InvalidPayload, match=r"\$\.x: must keep its condition"):
        codec.structure(definition, {"x": {"kind": "wolf"}})
