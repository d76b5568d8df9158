"""Strings that match a pattern, the same ones on every machine."""

import importlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

# The only reader of patterns that Python has is private; where it changes, a pattern has no words, and nothing breaks.
_PARSER: Final[Any] = importlib.import_module("re._parser")
_ALPHABET: Final = "a1A-_ .@/:"
_CLASSES: Final[dict[str, Callable[[str], bool]]] = {
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda char: char.isalnum() or char == "_",
}
# How often what may repeat is repeated beyond its least number, one word each.
_MORE: Final = (1, 0, 2, 5, 20, 80)


def words(pattern: str) -> Iterator[str]:
    """Yield some strings that match, none where the pattern uses what is not understood here."""
    try:
        tree = _PARSER.parse(pattern)
        for more in _MORE:
            word = _written(tree, more)
            if re.search(pattern, word):
                yield word
    except (LookupError, TypeError, ValueError, re.error):
        return


def _written(tree: Sequence[tuple[Any, Any]], more: int) -> str:
    return "".join(_WRITERS[str(kind)](value, more) for kind, value in tree)


def _repeated(value: Any, more: int) -> str:
    least, most, part = value
    times: int = min(least + more, int(most))
    return _written(part, more) * times


def _branch(value: Any, more: int) -> str:
    branches: Sequence[Any] = value[1]
    return _written(branches[more % len(branches)], more)


def _one_of(members: Sequence[tuple[Any, Any]], _: int) -> str:
    negated = str(members[0][0]) == "NEGATE"
    named = (chr(value if str(kind) == "LITERAL" else value[0]) for kind, value in members if str(kind) in _NAMED)
    fitting = (char for char in (*_ALPHABET, *named) if any(_holds(*part, char) for part in members) is not negated)
    found: str = next(fitting, "")
    return found


def _holds(kind: Any, value: Any, char: str) -> bool:
    match str(kind):
        case "LITERAL":
            return bool(ord(char) == value)
        case "RANGE":
            return bool(value[0] <= ord(char) <= value[1])
        case "CATEGORY":
            return _is_in(str(value), char)
        case _:
            return False


def _is_in(name: str, char: str) -> bool:
    negated = "_NOT_" in name
    return _CLASSES[name.replace("_NOT_", "_")](char) is not negated


_NAMED: Final = ("LITERAL", "RANGE")
_WRITERS: Final[dict[str, Callable[[Any, int], str]]] = {
    "ANY": lambda *_: "a",
    "ASSERT": lambda *_: "",
    "ASSERT_NOT": lambda *_: "",
    "AT": lambda *_: "",
    "ATOMIC_GROUP": _written,
    "BRANCH": _branch,
    "IN": _one_of,
    "LITERAL": lambda value, _: chr(value),
    "MAX_REPEAT": _repeated,
    "MIN_REPEAT": _repeated,
    "NOT_LITERAL": lambda value, _: next(char for char in _ALPHABET if ord(char) != value),
    "POSSESSIVE_REPEAT": _repeated,
    "SUBPATTERN": lambda value, more: _written(value[-1], more),
}
