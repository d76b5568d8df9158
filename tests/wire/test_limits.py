"""Bounds that make no sense are mistakes of a definition."""

import math
from decimal import Decimal
from typing import Annotated

import annotated_types as at
import pytest
from attrs import validators

from jobdefs.errors import DefinitionError
from jobdefs.wire.schema import json_schema


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        (Annotated[float, at.Ge(math.inf)], r"no number keeps the bound Ge\(ge=inf\): write a finite one"),
        (Annotated[float, at.Lt(-math.inf)], "no number keeps the bound Lt"),
        (Annotated[float, at.Gt(math.nan)], "no number keeps the bound Gt"),
        (Annotated[Decimal, at.Ge(Decimal("Infinity"))], "no number keeps the bound Ge"),
        (Annotated[int, at.Le(2**70)], "beyond the integers of 64 bits: write a float, or leave it out"),
        (Annotated[str, at.MinLen(-1)], r"MinLen\(min_length=-1\) is no length: write an integer of 0 or more"),
        (Annotated[str, at.MaxLen(2.5)], "is no length"),  # type: ignore[arg-type]
        (Annotated[int, at.MultipleOf(-2)], r"MultipleOf\(multiple_of=-2\) is no step: write a number above 0"),
        (Annotated[int, at.MultipleOf(0)], "is no step"),
        (Annotated[float, at.MultipleOf(math.inf)], "is no step"),
    ],
)
def test_a_bound_without_sense_is_refused(one_field, type_, reason):
    """What no value keeps, or no schema can say, is refused when the definition is made, with what to write instead."""
    with pytest.raises(DefinitionError, match=rf"Payload\.x.*{reason}"):
        one_field(type_)


@pytest.mark.parametrize(
    ("type_", "validator"),
    [(Annotated[float, at.Interval(ge=0, le=math.inf)], None), (float, [validators.ge(0), validators.lt(math.inf)])],
)
def test_an_end_at_infinity_is_no_bound(one_field, type_, validator):
    """A schema, which is JSON, has no infinite number: an interval without an end is told without one."""
    assert json_schema(one_field(type_, validator=validator))["properties"]["x"] == {"type": "number", "minimum": 0}
