"""The unique key of a payload."""

import sys

import attrs
import pytest

from jobdefs import Definition, Unique
from jobdefs.errors import InvalidOption
from jobdefs.wire import codec
from jobdefs.wire.uniqueness import lock_of


@attrs.frozen
class Letter:
    to: str
    subject: str = "hello"


def key_of(letter: Letter, **unique: object) -> str:
    """Return the unique key of a letter whose definition says so."""
    definition = Definition(name="LETTER", payload=Letter, unique=Unique(**unique))  # type: ignore[arg-type]
    codec.prepare([definition])  # type: ignore[arg-type]
    lock = lock_of(definition, letter, codec.encode(definition, letter))
    assert lock is not None
    return lock.key


def test_fields_make_the_key() -> None:
    """Letters that agree in the fields of the key have one key, whatever else they say."""
    assert key_of(Letter("ada"), key=("to",)) == key_of(Letter("ada", "bye"), key=("to",)) == '{"to":"ada"}'
    assert key_of(Letter("ada")) != key_of(Letter("ada", "bye"))


def test_a_function_makes_the_key() -> None:
    """A function of the payload makes the key; a text too long for one is told by its digest."""
    assert key_of(Letter("ada"), key=lambda letter: letter.to.upper()) == "ADA"
    assert len(key_of(Letter("ada" * 100), key=lambda letter: letter.to)) == 64


@pytest.mark.parametrize(
    ("function", "reason"), [(len, "raised TypeError"), (sys.exit, "raised SystemExit"), (lambda _: 7, "returned 7")]
)
def test_a_function_that_makes_none_is_refused(function: object, reason: str) -> None:
    """A function that fails, or returns what is no text, refuses that one job and names the definition."""
    with pytest.raises(InvalidOption, match=f"the key function of LETTER {reason}"):
        key_of(Letter("ada"), key=function)
