"""What is wrong with a value, and where below it."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from types import NoneType
from typing import Any, Final

from jobdefs.errors import Fault

MAX_FAULTS: Final = 100
"""One array or object reports no more faults than this, so that an answer stays in proportion to the question."""

_MOST_SHOWN: Final = 20
_LONGEST: Final = 300

_MORE: Final = f"has more than {MAX_FAULTS} faults; the others are not listed"

JSON_WORDS: Final[dict[type, str]] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    NoneType: "null",
    list: "an array",
    dict: "an object",
}


Complaint = tuple[str, str]
"""A path and what is wrong there, until it is known where the value itself lies, which makes it a Fault."""


class Misfit(Exception):
    """A value does not fit its type; the paths of its complaints begin at that value.

    ``foreign`` tells that it is of another type altogether.
    """

    def __init__(self, *complaints: Complaint, foreign: bool = False) -> None:
        self.complaints = complaints
        self.foreign = foreign

    @classmethod
    def because(cls, *reasons: str) -> "Misfit":
        """Return a misfit of the value itself."""
        return cls(*(("", reason) for reason in reasons))

    @classmethod
    def expected(cls, what: str, value: object) -> "Misfit":
        """Return a misfit that says what was expected and what there was, never the value itself."""
        return cls(("", f"expected {what}, got {described(value)}"), foreign=True)

    def below(self, step: str) -> list[Complaint]:
        """Return the complaints as seen from one level up."""
        return [(step + path, reason) for path, reason in self.complaints]

    def faults(self, place: str = "") -> tuple[Fault, ...]:
        """Return the faults of a value that lies at a place."""
        return tuple([Fault(place + path, reason) for path, reason in self.complaints])


def described(value: object) -> str:
    """Return what a value is, in words: by its JSON type, else by its class."""
    return JSON_WORDS.get(type(value)) or named(type(value))


def named(cls: type) -> str:
    """Return a class's name with its article."""
    return f"{'an' if cls.__name__[0] in 'AEIOUaeiou' else 'a'} {cls.__name__}"


def shown(values: Sequence[object], write: Callable[[Any], str] = json.dumps) -> str:
    """Return the first of some values, and how many others there are."""
    first = ", ".join(shortened(write(value)) for value in values[:_MOST_SHOWN])
    others = len(values) - _MOST_SHOWN
    return f"{first} and {others:,} others" if others > 0 else first


def shortened(text: str) -> str:
    """Return a text, without its end where it is long."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def member(key: object) -> str:
    """Return the step of a JSON path to an object's member: ``.qty``, or ``["a b"]`` where it is no plain word."""
    text = str(key)[:80]
    return f".{text}" if text.isidentifier() else f"[{json.dumps(text)}]"


def index(position: int) -> str:
    """Return the step of a JSON path to an array's item."""
    return f"[{position}]"


def every(hook: Callable[[Any], Any], values: Iterable[Any], step: Callable[[int], str] = index) -> list[Any]:
    """Return ``hook`` of each value, in order; raises one Misfit with the faults of all of them."""
    values = list(values)
    found: list[Any] = []
    try:
        for value in values:
            found.append(hook(value))  # noqa: PERF401 - what was found tells which one failed
    except Misfit as misfit:
        # Each value is tried once: trying the first ones again would double the work with every level of nesting.
        first = len(found)
        others = _complaints(hook, values[first + 1 :], lambda position: step(first + 1 + position))
        raise Misfit(*listed(chain(misfit.below(step(first)), others))) from None
    return found


def listed(complaints: Iterable[Complaint]) -> list[Complaint]:
    """Return the first MAX_FAULTS of some complaints, and one more that says so where there are others."""
    first = list(islice(complaints, MAX_FAULTS + 1))
    # What is said of a part of the value already is not said of all of it again.
    if len(first) > MAX_FAULTS and first[-1][1] != _MORE:
        first[-1] = ("", _MORE)
    return first


def _complaints(hook: Callable[[Any], Any], values: list[Any], step: Callable[[int], str]) -> Iterator[Complaint]:
    for position, value in enumerate(values):
        try:
            hook(value)
        except Misfit as misfit:
            yield from misfit.below(step(position))
