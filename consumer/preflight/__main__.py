"""The command `aiohttp-huey preflight`: ``python -m consumer.preflight``."""

import io
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from typing import Final

import consumer
from consumer.preflight import report
from consumer.preflight.build import Build
from consumer.preflight.survey import STATES, Survey
from consumer.settings import ConsumerSettings
from jobdefs.errors import JobsError
from jobdefs.runtime.exits import Exit, exit_of, tell
from jobdefs.runtime.settings import load
from jobdefs.state import State
from jobdefs.storage import suitability

_DESCRIPTION: Final = (
    "Reads the jobs in the store, changes nothing, and tells which of them this build could not run: "
    f"exit code {Exit.FINDINGS.value} if there are any."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the preflight and return its exit code. Whatever a user can do wrong ends in lines on standard error."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A job may hold letters that this terminal's encoding has not.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return _run(options)
    except JobsError as error:
        return tell("preflight", error)
    except KeyboardInterrupt as error:
        return exit_of(error)
    except BrokenPipeError as error:
        # Whoever read our output has gone; the interpreter must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_of(error)


def _run(options: Namespace) -> Exit:
    settings = load(ConsumerSettings)
    app = consumer.app
    build = Build(app, settings)
    suitability.check(app.store)
    states = tuple(map(State, options.state)) if options.state else STATES
    found = Survey(app.store, settings.namespace, build).findings(states, options.sample)
    sys.stdout.write(report.document(found) if options.json else "\n".join(report.lines(found)))
    sys.stdout.write("\n")
    sys.stdout.flush()
    return Exit.FINDINGS if found.blocked.count else Exit.OK


def _parser() -> ArgumentParser:
    made = ArgumentParser("aiohttp-huey preflight", description=_DESCRIPTION)
    made.add_argument("--json", action="store_true", help="print one JSON document, for programs")
    made.add_argument("--sample", type=_count, metavar="N", help="look at N jobs of each state at most")
    names = [state.value for state in STATES]
    told = f"look only at jobs of this state; may be given again: {', '.join(names)}"
    made.add_argument("--state", action="append", choices=names, metavar="STATE", help=told)
    return made


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
