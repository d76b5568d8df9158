"""Input that is wrong on a large scale gets one clear error, short and soon."""

import time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import attrs
import pytest

from jobdefs import Definition
from jobdefs.errors import DefinitionError, InvalidPayload
from jobdefs.wire import codec

MANY = 10_000
# Multiples of this have the hash 0.
HASHES = 2**61 - 1
ALIKE = "holds more than 100 items of one hash, too many to tell apart"
WIDE = Definition(
    name="WIDE", payload=attrs.make_class("Wide", {f"f{number}": attrs.field(type=int) for number in range(MANY)})
)


def refusal(definition: Definition, value: Any) -> tuple[str, float]:
    began = time.process_time()
    with pytest.raises(InvalidPayload) as caught:
        codec.structure(definition, value)
    return str(caught.value), time.process_time() - began


def test_a_payload_of_thousands_of_fields_is_read_and_written():
    """Width costs time in proportion, and nothing else."""
    value = {f"f{number}": number for number in range(MANY)}
    payload = codec.structure(WIDE, value)
    assert codec.decode(WIDE, codec.encode(WIDE, payload)) == payload


@pytest.mark.parametrize(
    ("value", "first"),
    [
        ({f"x{number}": number for number in range(MANY)}, "$.f0: is required"),
        ({f"f{number}": "no" for number in range(MANY)}, "$.f0: expected an integer, got a string"),
        ({f"f{number}": number for number in range(MANY)} | {"x" * MANY: 0}, f"$.{'x' * 80}: unknown field"),
        ([0] * MANY, "$: expected an object, got an array"),
    ],
)
def test_thousands_of_faults_are_one_short_error(value, first):
    """The first faults are listed, the others are said to be there; the text stays short, and comes soon."""
    refusal(WIDE, {})
    text, took_s = refusal(WIDE, value)
    assert text.startswith(f"The payload does not fit WIDE: {first}")
    assert len(text) < 10_000
    assert took_s < 1


@pytest.mark.parametrize(
    ("type_", "items", "reason"),
    [
        (UUID, [str(UUID(int=number * HASHES)) for number in range(6_600)], ALIKE),
        (Decimal, [str(number * HASHES) for number in range(6_600)], ALIKE),
        (UUID, ["0" * 8 + "-0000" * 3 + "-" + "0" * 12] * 6_600, "holds the same item twice"),
    ],
)
def test_a_set_made_to_take_long_is_refused_soon(one_field, type_, items, reason):
    """Items that a set would have to compare with all others of them are refused before it does."""
    text, took_s = refusal(one_field(frozenset.__class_getitem__(type_)), {"x": items})
    assert text.endswith(f"{reason}.")
    assert took_s < 1


def test_a_set_of_one_hash_is_written_as_far_as_it_can_be_read(one_field):
    """A hundred items of one hash go there and back, and one more is refused on writing, too."""
    definition = one_field(set[Decimal])
    items = [Decimal(number * HASHES) for number in range(101)]
    payload = definition.payload(set(items[:100]))
    assert codec.decode(definition, codec.encode(definition, payload)) == payload
    with pytest.raises(InvalidPayload, match=ALIKE):
        codec.encode(definition, definition.payload(set(items)))


def test_a_choice_of_thousands_is_not_listed_whole(one_field):
    """The first values of an Enum are named, and how many others there are."""
    members: Any = {f"M{number}": f"m{number}" for number in range(MANY)}
    wide = Enum("Wide", members)  # type: ignore[misc] # mypy wants to see the members
    text, _ = refusal(one_field(wide), {"x": "other"})
    assert text.startswith('The payload does not fit ONE_FIELD: $.x: must be one of "m0", "m1", ')
    assert text.endswith('"m19" and 9,980 others.')


def test_what_a_validator_says_of_a_long_value_is_cut_off(one_field):
    """A message that repeats the value would be as long as the body; the error has the beginning of it."""

    def refuse(_: Any, __: Any, value: str) -> None:
        raise ValueError(f"must not be {value}")

    text, _ = refusal(one_field(str, validator=refuse), {"x": "x" * 100_000})
    assert len(text) < 500
    assert text.endswith("….")


def test_a_type_that_leads_back_to_itself_without_a_class_is_refused():
    """A recursive alias has no name for JSON Schema; the error says what to do instead."""
    alias: Any = type("Alias", (), {})()
    alias.__value__ = list.__class_getitem__(alias)
    with pytest.raises(DefinitionError, match="leads back to itself; make it an attrs class, or use Any"):
        Definition(name="X", payload=attrs.make_class("Payload", {"x": attrs.field(type=alias)}))
