"""Patterns of Python in a schema, which other languages read."""

import re

import pytest
from attrs import validators

from jobdefs.wire.schema import json_schema


def _shown(one_field, pattern):
    shown = json_schema(one_field(str, validator=validators.matches_re(pattern)))["properties"]["x"]
    return shown.get("pattern"), shown.get("x-conditions")


@pytest.mark.parametrize(
    "pattern", ["a+", r"[\w.\-]+@[a-z0-9-]+(?:\.[a-z]{2,})+?", r"\d{4}|\x41\u00e9", r"(?!0)[^\]]\b", r"(?<=a)\/\$", ""]
)
def test_a_pattern_that_means_the_same_in_ecma_262_is_a_keyword(one_field, pattern):
    """What every language reads alike is said by the keyword of JSON Schema."""
    assert _shown(one_field, pattern) == (f"^(?:{pattern})$", None)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d+\-\d+",
        re.escape("a b"),
        "a{b",
        "a}",
        r"\U0001F600",
        r"\ud83d",
        "[]abc]+",
        "[^]a]",
        r"\Aa\Z",
        r"\B",
        r"\07",
        r"(a)\1",
        "(?P<a>a)",
        "(?>a)",
        "a*+",
        "a{,2}",
        "(?=a)*b",
    ],
)
def test_a_pattern_that_ecma_262_refuses_or_reads_otherwise_stands_in_words(one_field, pattern):
    """A schema has no pattern that a reader of another language stumbles over: `must match` it says instead."""
    assert _shown(one_field, pattern) == (None, [f"must match {pattern}"])
