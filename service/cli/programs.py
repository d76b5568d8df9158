"""The two programs, as command lines."""

import os
import sys
from argparse import ArgumentError, ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from jobdefs.errors import SettingsError

# Not the script huey_consumer: that one is found only where the environment's bin is on PATH.
_HUEY_CONSUMER = "huey.bin.huey_consumer"


def service() -> list[str]:
    """Return the service's command line."""
    return [sys.executable, "-m", "service"]


def consumer(options: Sequence[str]) -> list[str]:
    """Return the consumer's command line, with options of huey_consumer."""
    return [sys.executable, "-m", _HUEY_CONSUMER, "consumer.app", *options]


def serve(_options: Namespace) -> NoReturn:
    """Become the service."""
    _become(service())


def work(options: Sequence[str]) -> NoReturn:
    """Become a consumer; raises SettingsError where its log cannot be written, which Huey tells by a traceback."""
    _check_log(options)
    _become(consumer(options))


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
