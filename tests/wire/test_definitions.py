"""Definitions that could not be written are refused before the first job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, Flag, IntFlag
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypedDict, TypeVar

import annotated_types as at
import attrs
import pytest

from jobdefs import Catalog, TestJob, define
from jobdefs.errors import DefinitionError
from jobdefs.wire import codec
from tests.support.definitions import defined


@attrs.frozen
class Part:
    x: int


@attrs.frozen
class Cat:
    kind: Literal["cat", "pet"]


@attrs.frozen
class Dog:
    kind: Literal["dog", "pet"] = "dog"


@dataclass
class Row:
    x: int


class Typed(TypedDict):
    x: int


class Named(NamedTuple):
    x: int


@pytest.mark.parametrize(
    ("type_", "message"),
    [
        (complex, "Payload.x: complex cannot be written as JSON: complex has no written form; use two floats"),
        (list[complex], "Payload.x: list[complex] cannot be written as JSON: complex has no written form"),
        (Sequence[str], "Sequence has no written form; use list[X] or tuple[X, ...]"),
        (Mapping[str, int], "Mapping has no written form; use dict[str, X]"),
        (Path, "Path has no written form; use str"),
        (Row, "Row has no written form, since it is a dataclass; make it an attrs class"),
        (Typed, "Typed has no written form, since it is a TypedDict; make it an attrs class"),
        (Named, "Named has no written form, since it is a named tuple; make it an attrs"),
        (tuple[()], "nothing is ever in an empty tuple: leave the field out"),
        (dict[int, str], "the keys of a JSON object are strings: use dict[str, …]"),
        (str | datetime, "two members of the union are both written as a string"),
        (Part | dict[str, int], "two members of the union are both written as an object"),
        (
            Part | Cat,
            'nothing tells them apart; tag them: a field of one name in each, such as kind: Literal["part"] = "part"',
        ),
        (Cat | Dog, "Cat, Dog share values of their tag 'kind'; give each class values of its own"),
        (Literal[b"x"], "Literal takes strings, integers, booleans and None"),
        (set[Any], "the items of a set must be hashable, and not every value of this type is: use list[X]"),
        (frozenset[tuple[list[int], ...]], "the items of a set must be hashable"),
        (Annotated[str, at.Ge(1)], "Payload.x: Annotated[str, Ge(ge=1)] cannot be written as JSON: the bound Ge(ge=1)"),
        (Annotated[int, at.MaxLen(1)], "the bound MaxLen(max_length=1) does not apply to it"),
        (Annotated[datetime, at.Ge(datetime(2026, 1, 1))], "does not apply to it"),  # noqa: DTZ001 - the mistake
        (Enum("Mixed", {"A": 1.5}), "the members of Mixed must be strings or integers"),
        (
            Flag("Rights", "READ WRITE"),
            "members of Rights combine to what is no member; use list[…] of a plain Enum, or",
        ),
        (IntFlag("Rights", "READ WRITE"), "members of Rights combine to what is no member; use list[…] of a plain"),
        (Literal[2**64], "its value 18446744073709551616 must be between -2^63 and 2^63-1"),
        (Enum("Large", {"A": 2**64}), "its value 18446744073709551616 must be between -2^63 and 2^63-1"),
        (Literal["\ud800"], "its value '\\ud800' holds a lone surrogate, half of a character"),
        (TypeVar("T"), "~T has no written form"),
    ],
)
def test_a_field_without_written_form_is_refused_when_the_definition_is_made(one_field, type_, message):
    """The error names class, field and type, what to write instead, and where the list of types is."""
    with pytest.raises(DefinitionError) as caught:
        one_field(type_)
    assert message in str(caught.value)
    assert str(caught.value).endswith("(jobdefs/wire/FORMAT.md)")


def test_define_refuses_it_where_it_was_written():
    """The error comes from the line of @define, and names the module, too."""
    with pytest.raises(DefinitionError) as caught:

        @define("LATER")
        @attrs.frozen
        class Later:
            when: list[complex]

    assert str(caught.value).startswith(f"{__name__}.test_define_refuses_it_where_it_was_written.<locals>.Later.when: ")


def test_a_class_that_refers_to_itself_is_looked_at_at_once():
    """Its own name is no riddle while it is being defined, so that its other fields are refused, too."""
    with pytest.raises(DefinitionError, match=r"Node\.z: complex cannot be written"):

        @define("NODE")
        @attrs.frozen
        class Node:
            nodes: "list[Node]"
            z: complex


def test_a_class_without_a_hash_that_holds_a_set_of_itself_is_refused():
    """No such set could ever be read, so it is told where it is written, and not when the first job comes."""
    with pytest.raises(DefinitionError, match=r"Node\.kids: .*the items of a set must be hashable"):

        @define("NODE")
        @attrs.define
        class Node:
            kids: "set[Node]"


def test_a_name_that_is_not_defined_yet_waits_until_a_program_starts(one_field):
    """A forward reference is no mistake while a module is being read, and is one when it leads nowhere."""
    definition = one_field("Missing")
    with pytest.raises(DefinitionError, match="Payload: its annotations cannot be resolved: name 'Missing'"):
        codec.prepare(Catalog((definition,)))


def test_a_fault_in_a_nested_class_names_that_class(one_field):
    """The class to mend is the one named, and the faulty one stays refused when it is asked for again."""
    inner = attrs.make_class("Inner", {"y": attrs.field(type=complex)})
    for _ in range(2):
        with pytest.raises(DefinitionError, match=r"Inner\.y: complex cannot be written"):
            one_field(list.__class_getitem__(inner))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"type_": int, "default": None}, "its default does not fit int: expected an integer, got null"),
        ({"type_": list[int], "default": ()}, "its default does not fit list[int]: expected an array, got a tuple"),
        (
            {"type_": int, "default": 0, "validator": attrs.validators.ge(1)},
            "its default does not fit int: must be >= 1",
        ),
    ],
)
def test_a_default_that_does_not_fit_its_own_type_is_refused(one_field, options, reason):
    """A default that could be read but never written is an error of the definition."""
    with pytest.raises(DefinitionError) as caught:
        one_field(**options)
    assert reason in str(caught.value)


def test_a_sound_catalogue_is_prepared_in_silence():
    """Definitions that can be written pass, fields with converters and computed defaults included."""

    @define("SOUND")
    @attrs.frozen
    class Sound:
        tags: tuple[str, ...] = attrs.field(converter=tuple, factory=list)
        size: int = attrs.field()
        free: Any = None

        @size.default
        def _size(self) -> int:
            return len(self.tags)

    definition = defined(Sound)
    codec.prepare(Catalog((defined(TestJob), definition)))
    sound = codec.structure(definition, {"tags": ["a", "b"]})
    assert (sound.tags, sound.size) == (("a", "b"), 2)
