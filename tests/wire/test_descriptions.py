"""What people are told of a payload: descriptions and examples in its JSON Schema."""

from enum import Enum
from typing import Annotated, Any

import attrs
import pytest
from annotated_types import MaxLen, doc

from jobdefs import Catalog, Definition, define
from jobdefs.errors import DefinitionError
from jobdefs.wire import codec
from jobdefs.wire.schema import json_schema
from tests.support.definitions import defined


class Tone(Enum):
    """How it sounds."""

    WARM = "warm"


@define("LETTER", examples=[{"to": "ann@example.org"}, {"to": "bob@example.org", "tone": "warm"}])
@attrs.frozen
class Letter:
    """Sends a letter."""

    to: str = attrs.field(metadata={"description": "Who gets it.", "examples": ["ann@example.org"], "mine": 1})
    subject: Annotated[str, doc("Its first line."), MaxLen(9)] = "Hello"
    tone: Annotated[Tone | None, doc("Its tone.")] = None
    note: Annotated[str, doc("Hidden.")] = attrs.field(default="", metadata={"description": "Shown."})


def test_descriptions_come_from_docstrings_metadata_and_doc():
    """Metadata say more than ``doc``; bounds and descriptions may stand in one Annotated, also around a union."""
    schema = json_schema(defined(Letter))
    properties = schema["properties"]
    assert schema["description"] == "Sends a letter."
    assert {name: part["description"] for name, part in properties.items()} == {
        "to": "Who gets it.",
        "subject": "Its first line.",
        "tone": "Its tone.",
        "note": "Shown.",
    }
    assert properties["subject"]["maxLength"] == 9
    assert schema["$defs"]["Tone"] == {"description": "How it sounds.", "enum": ["warm"]}


def test_examples_are_shown_as_they_stand_in_json():
    """A field's examples stand with the field, a payload's with the payload."""
    schema = json_schema(defined(Letter))
    assert schema["properties"]["to"]["examples"] == ["ann@example.org"]
    assert schema["examples"] == [{"to": "ann@example.org"}, {"to": "bob@example.org", "tone": "warm"}]


def test_an_example_that_does_not_fit_stops_a_program_that_starts():
    """The error names the definition, and everything that is wrong with the example."""
    definition = Definition(name="LETTER", payload=Letter, examples=({"to": "ann"}, {"tone": "cold"}))
    with pytest.raises(DefinitionError) as caught:
        codec.prepare(Catalog((definition,)))
    assert str(caught.value) == (
        "definition 'LETTER': one of its examples does not fit. "
        'The payload does not fit LETTER: $.to: is required; $.tone: must be one of "warm".'
    )


@pytest.mark.parametrize(
    ("type_", "metadata", "reason"),
    [
        (int, {"description": 5}, "Payload.x: the description in its metadata is 5, and must be a text"),
        (int, {"examples": 5}, "Payload.x: the examples in its metadata are 5, and must be a list"),
        (int, {"examples": [1, "2"]}, "Payload.x: its example '2' does not fit: expected an integer, got a string"),
        (list[Any], {"examples": [[1, {2}]]}, "Payload.x: its example [1, {2}] does not fit: [1] expected plain JSON"),
    ],
)
def test_metadata_that_cannot_be_shown_are_refused(one_field, type_, metadata, reason):
    """The error names class and field; whether examples fit is seen when a program starts."""
    with pytest.raises(DefinitionError) as caught:
        codec.check(one_field(type_, metadata=metadata))
    assert reason in str(caught.value)
