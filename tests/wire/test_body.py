"""What is refused before anything is structured, and what must not be refused with it."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobdefs.errors import InvalidBody
from jobdefs.wire.body import read_json

scalars = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
texts = st.text(st.characters(exclude_categories=["Cs"]))
documents = st.recursive(scalars | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=30)


@given(documents)
def test_every_ordinary_document_is_read_as_it_was_written(document):
    """What JSON can say within the limits is read unchanged, whatever stands inside of strings."""
    assert read_json(json.dumps(document).encode()) == document
    assert read_json(json.dumps(document, ensure_ascii=False, indent=1).encode()) == document


@pytest.mark.parametrize(
    "text",
    ['["' + "[{" * 100 + '"]', r'["\"' + "[" * 100 + r'\\"]', "[" + "[]," * 100 + "{}]", "[" * 32 + "]" * 32],
    ids=["in a string", "behind an escaped quote", "side by side", "32 levels"],
)
def test_brackets_that_do_not_nest_too_deep_are_read(text):
    """Only real nesting counts: not brackets in strings, not many side by side, and 32 levels are allowed."""
    assert read_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize("text", ['{"a":' * 16 + "[" * 17 + "]" * 17 + "}" * 16, "[" * 100, "[[]," * 33])
def test_nesting_over_32_is_refused_whether_or_not_it_is_closed(text):
    """Objects and arrays count alike, and an unfinished body is refused for its depth too."""
    with pytest.raises(InvalidBody, match="more than 32 levels"):
        read_json(text.encode())


@pytest.mark.parametrize(
    "data",
    [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"n":' + b"9" * 5_000_000 + b"}"],
    ids=["arrays", "objects", "closed", "integer"],
)
def test_bombs_are_refused_at_once(data):
    """A body nested 100,000 levels deep, or with an integer of 5 MB, costs less than 50 ms."""
    began = time.process_time()
    with pytest.raises(InvalidBody):
        read_json(data)
    assert time.process_time() - began < 0.05


def test_invalid_utf8_is_refused_with_its_place():
    """Bytes that are no UTF-8 are refused, with the offset of the first."""
    with pytest.raises(InvalidBody, match=r"byte 6 is not valid UTF-8"):
        read_json(b'{"a":"\xff"}')


def test_long_digits_that_are_no_integer_are_read():
    """Digits in strings and behind a decimal point are not mistaken for an integer that is too large."""
    assert read_json(b'["12345678901234567890", 0.12345678901234567890]') == [
        "12345678901234567890",
        0.12345678901234567890,
    ]


@pytest.mark.parametrize(
    "text",
    ['{"a":1,"a":2}', '{"a":":","a":1}', r'{"a":"\u003a","b":1,"b":2}', r'{"b":1,"b":"\u003A"}', r'{"a":1,"\u0061":2}'],
    ids=["plain", "a colon is lost", "a colon is hidden", "a hidden colon is kept", "the same in another spelling"],
)
def test_a_key_that_is_there_twice_is_refused_whatever_colons_are_beside_it(text):
    """Colons in strings, escaped ones too, do not make up for a key that is there twice."""
    with pytest.raises(InvalidBody, match="appears twice"):
        read_json(text.encode())


@given(st.dictionaries(texts, texts | st.just(":"), min_size=1))
def test_one_key_more_is_always_found(members):
    """A key that is there twice is refused in every object."""
    (key, value), *_ = members.items()
    again = f"{json.dumps(members)[:-1]},{json.dumps(key)}:{json.dumps(value)}}}"
    with pytest.raises(InvalidBody, match="appears twice"):
        read_json(again.encode())
