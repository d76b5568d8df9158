"""The two programs, as command lines."""

import os
import sys
from argparse import ArgumentError, ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from jobdefs.errors import SettingsError
from jobdefs.runtime.exits import Exit

# Not the script huey_consumer: that one is found only where the environment's bin is on PATH.
_HUEY_CONSUMER = "huey.bin.huey_consumer"
_WORK_HELP = """\
usage: aiohttp-huey work [OPTIONS]

Run a consumer alone: `huey_consumer consumer.app`, with the options of
huey_consumer, of which these matter here:

  -h, --help                    show this help and exit
  -w N, --workers N             workers for `def` handlers (1)
  -k KIND, --worker-type KIND   thread, or process for what computes (thread)
  -t S, --shutdown-timeout S    seconds that running jobs may take to finish after SIGTERM (JOBS_DRAIN)
  -l FILE, --logfile FILE       write the log there, too
  -n, --no-periodic             enqueue no periodic tasks of Huey
  -s S, --scheduler-interval S  seconds between looks at periodic tasks (1)

`async def` handlers need no workers: JOBS_CONCURRENCY of them run side by side.
-d, -m, -b and -g are taken and have no effect: nothing polls, and both SIGTERM
and SIGINT drain. JOBS_HANDLERS names the modules with handlers, JOBS_QUEUES the
queues to serve.
"""


def service() -> list[str]:
    """Return the service's command line."""
    return [sys.executable, "-m", "service"]


def consumer(options: Sequence[str]) -> list[str]:
    """Return the consumer's command line, with options of huey_consumer."""
    return [sys.executable, "-m", _HUEY_CONSUMER, "consumer.app", *options]


def serve(_options: Namespace) -> NoReturn:
    """Become the service."""
    _become(service())


def work(options: Sequence[str]) -> int:
    """Become a consumer, or print which options it takes.

    Raises SettingsError where its log cannot be written, which Huey tells by a traceback.
    """
    if {"-h", "--help"} & set(options):
        print(_WORK_HELP, end="")
        return Exit.OK
    _check_log(options)
    return _become(consumer(options))


def preflight(options: Sequence[str]) -> NoReturn:
    """Become the preflight, which is the consumer's: nobody else knows its handlers."""
    _become([sys.executable, "-m", "consumer.preflight", *options])


def _check_log(options: Sequence[str]) -> None:
    reader = ArgumentParser(add_help=False, exit_on_error=False)
    reader.add_argument("-l", "--logfile")
    try:
        path = reader.parse_known_args(options)[0].logfile
    except ArgumentError:
        # An option without its value: Huey says what it misses.
        return
    try:
        if path:
            Path(path).open("a").close()
    except OSError as error:
        raise SettingsError(f"-l {path}: the log cannot be written: {error.strerror}; name another file") from error


def _become(command: Sequence[str]) -> NoReturn:
    os.execv(command[0], list(command))
