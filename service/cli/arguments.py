"""What every command is made of: its parser, and what the words after its options are read as."""

import math
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import suppress
from datetime import datetime
from typing import Any

from jobdefs.policy import MAX_DELAY


def command(commands: Any, name: str, run: str, text: str, *, json: bool = False) -> ArgumentParser:
    """Add a command that ``run``, the path of a function, carries out; ``text`` is its help, without a full stop."""
    made: ArgumentParser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    made.set_defaults(run=run)
    if json:
        made.add_argument("--json", action="store_true", help="print one JSON document, for programs")
    return made


def count(text: str) -> int:
    """Read a whole number of 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def port(text: str) -> int:
    """Read a port; 0 stands for any free one."""
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004 - the largest port there is
        raise ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def seconds(text: str) -> float:
    """Read a duration, at most as long as a job may be delayed."""
    try:
        duration = float(text)
    except ValueError:
        duration = math.nan
    if not 0 <= duration <= MAX_DELAY.total_seconds():
        raise ArgumentTypeError(f"{text!r} is not a number of seconds, at most those of ten years")
    return duration


def moment(text: str) -> datetime:
    """Read a moment as RFC 3339 has it, with a time zone."""
    with suppress(ValueError):
        # Python wants the letters T and Z in upper case, which RFC 3339 does not.
        read = datetime.fromisoformat(text.upper())
        if read.tzinfo is not None:
            return read
    raise ArgumentTypeError(f"{text!r} is not a moment with a time zone, for example 2030-01-01T12:00:00Z")
