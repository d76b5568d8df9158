"""Definitions that could not be written are refused before the first job."""

from datetime import datetime
from typing import Any, Literal, TypeVar

import attrs
import pytest

from jobdefs import Catalog, TestJob, define
from jobdefs.errors import DefinitionError
from jobdefs.wire import codec
from tests.support.definitions import defined


@attrs.frozen
class Part:
    x: int


@pytest.mark.parametrize(
    ("type_", "message"),
    [
        (complex, "Payload.x: complex cannot be written as JSON: complex has no written form"),
        (list[complex], "Payload.x: list[complex] cannot be written as JSON: complex has no written form"),
        (dict[int, str], "the keys of a JSON object are strings: use dict[str, …]"),
        (str | datetime, "two members of the union are both written as a string"),
        (Part | dict[str, int], "two members of the union are both written as an object"),
        (Literal[b"x"], "Literal takes strings, integers, booleans and None"),
        (TypeVar("T"), "~T has no written form"),
        ("Missing", "its annotations cannot be resolved: name 'Missing' is not defined"),
    ],
)
def test_a_field_without_written_form_is_named_with_class_and_type(one_field, type_, message):
    """The error names class, field and type, and where the list of types is."""
    with pytest.raises(DefinitionError) as caught:
        codec.check(one_field(type_))
    assert message in str(caught.value)


def test_a_fault_in_a_nested_class_names_that_class(one_field):
    """The class to mend is the one named, and the faulty one stays refused when it is asked for again."""
    inner = attrs.make_class("Inner", {"y": attrs.field(type=complex)})
    definition = one_field(list.__class_getitem__(inner))
    for _ in range(2):
        with pytest.raises(DefinitionError, match=r"Inner\.y: complex cannot be written"):
            codec.prepare(Catalog((defined(TestJob), definition)))


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
        codec.check(one_field(**options))
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
