"""Payload classes whose own code misbehaves: the payload is at fault, and the program goes on."""

import sys
from typing import Annotated, Any

import annotated_types as at
import attrs
import pytest

from jobdefs import Definition
from jobdefs.errors import InvalidPayload
from jobdefs.wire import codec
from service.evolution.samples import samples


@attrs.frozen
class Leaving:
    x: int

    def __attrs_post_init__(self) -> None:
        if self.x > 0:
            sys.exit(self.x)


def leave(*_: Any) -> Any:
    sys.exit("enough")


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def faults(definition: Definition, value: Any) -> list[str]:
    with pytest.raises(InvalidPayload) as caught:
        codec.structure(definition, value)
    return [f"{fault.path}: {fault.reason}" for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("type_", "options", "value", "fault"),
    [
        (Leaving, {}, {"x": 1}, "$.x: raised SystemExit"),
        (int, {"validator": leave}, 1, "$.x: raised SystemExit"),
        (int, {"converter": leave}, 1, "$: raised SystemExit"),
    ],
)
def test_a_payload_that_ends_the_program_is_at_fault(one_field, type_, options, value, fault):
    """What calls exit() while a payload is read refuses that payload, and whoever reads it goes on to the next."""
    assert faults(one_field(type_, **options), {"x": value}) == [fault]


def test_a_condition_that_ends_the_program_refuses(one_field):
    """So it is with conditions of a type, where a payload is read and where it is written."""
    definition = one_field(Annotated[int, at.Predicate(leave)])
    assert len(faults(definition, {"x": 1})) == 1
    with pytest.raises(InvalidPayload):
        codec.encode(definition, definition.payload(1))


def test_samples_of_a_class_that_ends_the_program_are_made_all_the_same():
    """Locking the schemas of a catalogue tries what each class accepts, and leaves out what ends the program."""
    made = samples(Definition(name="LEAVING", payload=Leaving))
    assert made.values != ()
    assert [value for value in made.values if value["x"] > 0] == []


def test_an_interrupt_of_the_program_passes(one_field):
    """Ctrl-C is meant for the program, wherever it happens to be."""
    with pytest.raises(KeyboardInterrupt):
        codec.structure(one_field(int, validator=interrupt), {"x": 1})
