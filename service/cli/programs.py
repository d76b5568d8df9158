"""The two programs, as command lines."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import NoReturn

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
    """Become a consumer."""
    _become(consumer(options))


def _become(command: Sequence[str]) -> NoReturn:
    os.execv(command[0], list(command))
