"""What validators ask for stands in the schema in words, the same ones in every process."""

import functools
import re
import subprocess
import sys
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any, NewType

import attrs
import pytest
from attrs import validators

from jobdefs.wire.schema import json_schema

WORDS = {"text", "b", "c", "d"}
LOOP: list[Any] = [1]
LOOP.append(LOOP)
Rows = NewType("Rows", list[int])


class Kind(Enum):
    """One set."""

    WIDE = frozenset({"a", "b", "c"})


class Shade(StrEnum):
    """Strings."""

    DARK = "dark"


SHADES: Any = Shade


@attrs.frozen
class Allowed:
    """A validator with two fields."""

    one: Any = None
    other: Any = None

    def __call__(self, _instance: Any, _field: Any, _value: Any) -> None:
        """Refuse nothing."""

    def method(self, _instance: Any, _field: Any, _value: Any) -> None:
        """Refuse nothing."""


class Plain:
    """A validator without fields or a repr."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def __call__(self, _instance: Any, _field: Any, _value: Any) -> None:
        """Refuse nothing."""


def _below(_limit: Any, _instance: Any, _field: Any, _value: Any) -> None:
    """Refuse nothing."""


# type, validator, its words
TOLD: list[Any] = [
    (str, Allowed({"all": WORDS}), "is checked by Allowed(one={'all': {'b', 'c', 'd', 'text'}})"),
    (str, Allowed(MappingProxyType({"b": 1, "a": 2})), "is checked by Allowed(one={'a': 2, 'b': 1})"),
    (str, Allowed(Kind.WIDE), "is checked by Allowed(one=Kind.WIDE)"),
    (str, Allowed(validators.in_(WORDS)), "is checked by Allowed(one=in_('b', 'c', 'd', 'text'))"),
    (str, Allowed(None, 80), "is checked by Allowed(other=80)"),
    (str, Allowed(LOOP), "is checked by Allowed(one=(1, …))"),
    (str, Allowed(re.compile("a" * 300, re.ASCII)), f"is checked by Allowed(one=re.compile('{'a' * 300}', ASCII))"),
    (str, Allowed(80).method, "is checked by Allowed(one=80).method"),
    (str, Plain(80), "is checked by Plain(limit=80)"),
    (str, functools.partial(_below, WORDS), "is checked by partial(_below, {'b', 'c', 'd', 'text'})"),
    (Any, validators.in_([frozenset(WORDS)]), "must be one of {'b', 'c', 'd', 'text'}"),
    (str, validators.in_(SHADES), "must be in Shade(DARK='dark')"),
    (str, validators.matches_re("(?:a+)+", re.IGNORECASE, re.search), "must match (?:a+)+ (search, IGNORECASE)"),
    (dict[str, int], validators.deep_iterable(validators.max_len(3)), "is checked by deep_iterable(max_len(3))"),
    (Any, validators.deep_iterable(validators.le(100)), "is checked by deep_iterable(le(100))"),
    (
        list[int] | str,
        validators.and_(validators.deep_iterable(validators.le(100)), validators.instance_of(list)),
        "is checked by deep_iterable(le(100))",
    ),
    (dict, validators.deep_mapping(validators.max_len(1)), "is checked by deep_mapping(key=max_len(1))"),
    (
        int,
        validators.not_(validators.ge(1), exc_types=KeyError),
        "is checked by not_(ge(1), exc_types=(KeyError))",
    ),
]


@pytest.mark.parametrize(("type_", "validator", "words"), TOLD)
def test_a_validator_is_told_with_all_that_it_was_made_of(one_field, type_, validator, words):
    """Whoever asks for more changes the words, so that `schema check` sees it; the order of a set changes nothing."""
    assert json_schema(one_field(type_, validator=validator))["properties"]["x"]["x-conditions"] == [words]


def test_every_option_is_told(one_field):
    """A reason shows the first twenty options; the schema all of them, or one that is taken out would not be seen."""
    options = [frozenset({number}) for number in range(30)]
    (words,) = json_schema(one_field(Any, validator=validators.in_(options)))["properties"]["x"]["x-conditions"]
    assert "{29}" in words


@pytest.mark.parametrize(
    ("type_", "items"),
    [
        (tuple[int, int], {"prefixItems": [{"type": "integer", "format": "int64", "maximum": 100}] * 2}),
        (list, {"items": {"x-conditions": ["must be <= 100"]}}),
        (Rows, {"items": {"type": "integer", "format": "int64", "maximum": 100}}),
        (list[int | None], {"items": {"type": "integer", "format": "int64", "maximum": 100}}),
    ],
)
def test_what_is_asked_of_items_stands_at_the_items(one_field, type_, items):
    """Arrays of every kind show what deep_iterable asks of their items, also under another name."""
    shown = json_schema(one_field(type_, validator=validators.deep_iterable(validators.le(100))))["properties"]["x"]
    assert shown.items() >= items.items()


SCRIPT = """
import json
from typing import Annotated
import attrs
from jobdefs import Definition
from jobdefs.wire.schema import json_schema
import annotated_types as at
from tests.wire.test_telling import TOLD, WORDS
fields = {f"x{number}": attrs.field(type=one, validator=asked) for number, (one, asked, _) in enumerate(TOLD)}
fields["y"] = attrs.field(type=Annotated[frozenset[str], at.Ge(WORDS)])
print(json.dumps(json_schema(Definition(name="X", payload=attrs.make_class("Payload", fields)))))
"""


def test_the_schema_is_the_same_in_every_process():
    """What one process locks, another one checks: no word depends on the hashes of strings, nor on addresses."""
    one, other = (
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    )
    assert one == other
