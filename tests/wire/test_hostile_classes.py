"""Payload classes whose own code misbehaves: the payload is at fault, and the program goes on."""

import sys
from collections.abc import Callable
from datetime import date
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


@attrs.frozen(eq=False)
class Unhashed:
    def __hash__(self) -> int:
        raise ValueError("not now")


def leave(*_: Any) -> Any:
    sys.exit("enough")


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


class Odd(Exception):
    def __str__(self) -> str:
        return "is odd"


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@attrs.define
class Box(dict[str, int]):
    x: int = attrs.field(validator=attrs.validators.ge(1))


@attrs.define
class Alarm(Exception):
    x: int = attrs.field(validator=attrs.validators.ge(1))


def refusing(error: Exception) -> Callable[..., None]:
    def refuse(*_: Any) -> None:
        raise error

    return refuse


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


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("must be even"), "must be even"),
        (ValueError("must be even", 3), "must be even"),
        (ValueError(), "ValueError"),
        (ValueError(""), "ValueError"),
        (KeyError("nope"), "KeyError: 'nope'"),
        (AttributeError("has none"), "has none"),
        (Odd(1, 2), "is odd"),
        (Mute("a"), "Mute"),
    ],
)
def test_what_a_validator_raises_is_the_reason(one_field, error, reason):
    """The text of an exception is told as it gives it itself, at the field; where that says nothing, by its name."""
    assert faults(one_field(str, validator=refusing(error)), {"x": "a"}) == [f"$.x: {reason}"]


def test_a_slip_of_a_validator_is_told_at_its_field_beside_other_faults():
    """An AttributeError is passed over only where the validator asked for a field that is at fault itself."""

    def slip(*_: Any) -> None:
        nothing: Any = None
        nothing.strip()

    fields = {"s": attrs.field(type=str, validator=slip), "n": attrs.field(type=int, default=0)}
    definition = Definition(name="SLIP", payload=attrs.make_class("Slip", fields))
    told = "$.s: 'NoneType' object has no attribute 'strip'"
    assert faults(definition, {"s": "a"}) == [told]
    assert faults(definition, {"s": "a", "n": "1"}) == ["$.n: expected an integer, got a string", told]


@pytest.mark.parametrize("cls", [Box, Alarm])
def test_a_class_that_derives_from_one_of_pythons_own_is_read_as_any_other(one_field, cls):
    """Its fields are read, written and judged."""
    definition = one_field(cls)
    payload = codec.structure(definition, {"x": {"x": 1}})
    assert (type(payload.x), codec.encode(definition, payload)) == (cls, b'{"x":{"x":1}}')
    assert faults(definition, {"x": {"x": 0}}) == ["$.x.x: must be >= 1"]
    assert faults(definition, {"x": {"y": 0}}) == ["$.x.x: is required", "$.x.y: unknown field"]


def test_a_class_that_cannot_be_made_of_its_fields_refuses_every_payload(one_field):
    """What derives from a date wants other arguments: that is a fault, and no failure of whoever reads it."""
    at_least_one = attrs.field(type=int, validator=attrs.validators.ge(1))
    holiday = attrs.make_class("Holiday", {"x": at_least_one}, bases=(date,))
    (fault,) = faults(one_field(holiday), {"x": {"x": 1}})
    assert fault.startswith("$.x: ")


def test_an_item_whose_hash_fails_is_a_fault(one_field):
    """A set of such items is refused, whatever their class raises."""
    assert faults(one_field(set[Unhashed]), {"x": [{}]}) == ["$.x: holds an item that no set can hold"]
