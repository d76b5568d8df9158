"""The command `aiohttp-huey`, also installed as `jobs`."""

import io
import os
import pkgutil
import sys
from collections.abc import Sequence

from jobdefs.errors import JobsError
from jobdefs.runtime.exits import exit_of, tell
from service.cli.parser import HANDED_ON, parser
from service.cli.wording import PROGRAM


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Whatever a user can do wrong ends in lines on standard error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A job may hold letters that this terminal's encoding has not.
        sys.stdout.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(given)
    except JobsError as error:
        return tell(PROGRAM, error)
    except KeyboardInterrupt as error:
        return exit_of(error)
    except BrokenPipeError as error:
        # Whoever read our output has gone; the interpreter must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_of(error)


def _run(given: Sequence[str]) -> int:
    if given and given[0] in HANDED_ON:
        return int(pkgutil.resolve_name(HANDED_ON[given[0]])(given[1:]))
    options = parser().parse_args(given)
    outcome = int(pkgutil.resolve_name(options.run)(options))
    sys.stdout.flush()
    return outcome
