"""What makes the jobs of a definition unique."""

from datetime import timedelta

import attrs
import pytest

from jobdefs import Conflict, Definition, Unique, Until
from jobdefs.errors import DefinitionError


@attrs.frozen
class Order:
    number: int
    _customer: str = ""
    total: int = attrs.field(init=False, default=0)


def test_fields_are_named_as_on_the_wire():
    """A key is made of the payload's members, by the names that they have there."""
    unique = Unique(key=("number", "customer"), until="started", conflict="replace")
    assert Definition(name="X", payload=Order, unique=unique).unique is unique
    assert (unique.until, unique.conflict) == (Until.STARTED, Conflict.REPLACE)


@pytest.mark.parametrize("name", ["_customer", "total", "colour"])
def test_a_field_that_the_payload_has_not_is_refused(name):
    """A name that is no member of the payload is told, with those that are."""
    with pytest.raises(DefinitionError, match=rf"'X': unique: Order has no field '{name}'; it has number, customer$"):
        Definition(name="X", payload=Order, unique=Unique(key=(name,)))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"key": "number"}, "key is 'number', and must be a tuple of field names, for example"),
        ({"until": "dead"}, "until is 'dead', and must be started or finished or a timedelta"),
        ({"until": timedelta(microseconds=1)}, "the window (until) must be at least 1 millisecond"),
        ({"until": timedelta(days=9_999)}, "the window (until) must be at least 1 millisecond and at most 3,650 days"),
        ({"conflict": "wait"}, "conflict is 'wait', and must be existing or error or replace"),
    ],
)
def test_what_means_nothing_is_refused(options, reason):
    """What would make other jobs unique than was meant is an error of the definition."""
    with pytest.raises(DefinitionError) as caught:
        Unique(**options)
    assert str(caught.value).startswith(f"unique: {reason}")
