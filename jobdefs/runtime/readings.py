"""How the text of an environment variable becomes a value. A reader raises ValueError with words to follow it."""

import re
from collections.abc import Callable
from typing import Final

from jobdefs.definition import QUEUE_PATTERN

_SWITCH: Final = {
    "yes": True,
    "true": True,
    "on": True,
    "1": True,
    "no": False,
    "false": False,
    "off": False,
    "0": False,
}


def text(value: object) -> str:
    """Read text as it stands, without surrounding blanks; control characters are refused."""
    read = str(value).strip()
    if not read.isprintable():
        raise ValueError("has a character that cannot be printed")
    return read


def switch(value: object) -> bool:
    """Read yes, true, on, 1, no, false, off or 0."""
    try:
        return _SWITCH[str(value).strip().lower()]
    except KeyError:
        raise ValueError("is neither yes nor no") from None


def whole(low: int, high: int) -> Callable[[object], int]:
    """Return a reader of whole numbers from ``low`` to ``high``."""

    def read(value: object) -> int:
        try:
            number = int(str(value))
        except ValueError:
            raise ValueError("is not a whole number") from None
        if not low <= number <= high:
            raise ValueError(f"is not between {low} and {high}")
        return number

    return read


def seconds(low: float, high: float) -> Callable[[object], float]:
    """Return a reader of durations in seconds from ``low`` to ``high``."""

    def read(value: object) -> float:
        try:
            number = float(str(value))
        except ValueError:
            raise ValueError("is not a number of seconds") from None
        if not low <= number <= high:
            raise ValueError(f"is not between {low:g} and {high:g} seconds")
        return number

    return read


def choice(*words: str) -> Callable[[object], str]:
    """Return a reader of one of the words, in whatever case it is written."""

    def read(value: object) -> str:
        for word in words:
            if str(value).strip().lower() == word.lower():
                return word
        raise ValueError(f"is none of {', '.join(words)}")

    return read


def named(pattern: re.Pattern[str] = QUEUE_PATTERN) -> Callable[[object], str]:
    """Return a reader of one name."""

    def read(value: object) -> str:
        name = str(value).strip()
        if not pattern.fullmatch(name):
            raise ValueError("is no name: a-z 0-9 first, then also _ . -, at most 64 characters")
        return name

    return read


def queues(value: object) -> str:
    """Read names of queues, separated by commas."""
    names = [name.strip() for name in str(value).split(",") if name.strip()]
    for name in names:
        if not QUEUE_PATTERN.fullmatch(name):
            raise ValueError(f"names a queue {name!r}: a-z 0-9 come first, then also _ . -, at most 64 characters")
    return ",".join(names)
