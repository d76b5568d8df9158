"""The command lines of the commands that move jobs: enqueue, cancel, replay."""

import math
from argparse import ArgumentParser
from typing import Any

from jobdefs.durability import LEVELS
from jobdefs.unique import Conflict, Until
from service.cli.arguments import command, count, moment, seconds


def add(commands: Any) -> None:
    """Add the commands to those that there are."""
    enqueue = command(commands, "enqueue", "service.cli.submission:enqueue", "put a job in", json=True)
    enqueue.add_argument("name", metavar="NAME", help="the definition's name, such as TEST_JOB")
    enqueue.add_argument("payload", metavar="JSON", help="the payload, an object; - reads it from standard input")
    _time(enqueue)
    enqueue.add_argument("--priority", type=int, metavar="N", help="0 to 9, higher first")
    enqueue.add_argument("--attempts", type=count, metavar="N", help="how often it is tried, the first time included")
    _identity(enqueue)
    _uniqueness(enqueue)
    _safety(enqueue)
    enqueue.add_argument(
        "--wait",
        nargs="?",
        type=seconds,
        const=math.inf,
        metavar="SECONDS",
        help="follow the job to its end, at most so long",
    )
    for name, text in (
        ("cancel", "cancel a job that has not ended"),
        ("replay", "make a dead, cancelled, expired or parked job ready"),
    ):
        command(commands, name, f"service.cli.submission:{name}", text, json=True).add_argument("id", metavar="ID")


def _time(enqueue: ArgumentParser) -> None:
    either = enqueue.add_mutually_exclusive_group()
    either.add_argument(
        "--delay", type=seconds, default=0.0, metavar="SECONDS", help="how long it waits before it is ready"
    )
    either.add_argument(
        "--at", type=moment, metavar="MOMENT", help="when it is ready instead, such as 2030-01-01T12:00:00Z"
    )
    enqueue.add_argument(
        "--expires-in", type=seconds, metavar="SECONDS", help="let it expire if no attempt has begun by then"
    )


def _identity(enqueue: ArgumentParser) -> None:
    either = enqueue.add_mutually_exclusive_group()
    either.add_argument("--id", help="the job's id; enqueuing the same again gives the first job")
    either.add_argument(
        "--idempotency-key",
        metavar="KEY",
        help="the same by a text, as the header of the service; what is refused leaves no trace",
    )


def _safety(enqueue: ArgumentParser) -> None:
    enqueue.add_argument("--durability", metavar="LEVEL", help=f"what must be certain when it answers: {LEVELS}")


def _uniqueness(enqueue: ArgumentParser) -> None:
    enqueue.add_argument("--unique-key", metavar="KEY", help="let there be one job of this name with the key")
    scope = enqueue.add_mutually_exclusive_group()
    scope.add_argument("--unique-until", choices=list(map(str, Until)), help="when the job lets go of it")
    scope.add_argument("--unique-for", type=seconds, metavar="SECONDS", help="hold it so long instead")
    enqueue.add_argument(
        "--on-conflict", choices=list(map(str, Conflict)), help="what is done where another job holds it"
    )
