"""The command line. It imports nothing that is slow: each command names the function that runs it."""

import argparse
import math
from argparse import ArgumentParser
from typing import Any, Final

from jobdefs.durability import LEVELS
from jobdefs.policy import MAX_DELAY
from jobdefs.runtime.exits import MEANINGS
from jobdefs.state import State
from jobdefs.unique import Conflict, Until
from service.cli.wording import PROGRAM

DESCRIPTION: Final = "Typed background jobs: start everything, enqueue, look, mend."
LOCK_FILE: Final = "jobdefs.lock.json"
_SETTINGS: Final = """\
REDIS_URL names the server; without it the private server of `up` is found by itself.
JOBS_MODULES names modules with further definitions, JOBS_STATE_DIR where the private server keeps its data."""

# Commands whose arguments are another program's, and never come to the parser; their words are listed for --help.
HANDED_ON: Final = {"work": "service.cli.programs:work", "preflight": "service.cli.programs:preflight"}


def parser() -> ArgumentParser:
    """Return the parser. Its options hold ``run``, the path of a function that takes them and returns an exit code."""
    made = ArgumentParser(
        PROGRAM, description=DESCRIPTION, epilog=_epilog(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _programs(commands)
    _submission(commands)
    _inspection(commands)
    _schema(commands)
    _scaffold(commands)
    return made


def _programs(commands: Any) -> None:
    up = _command(
        commands,
        "up",
        "service.cli.up:up",
        "run everything on this machine, with a private server if REDIS_URL is not set",
    )
    up.set_defaults(share=False)
    demo = _command(commands, "demo", "service.cli.demo:demo", "as up, and run one TEST_JOB to see it work")
    demo.set_defaults(share=True)
    demo.add_argument("--exit", action="store_true", help="stop when the job has ended; exit code 0 if it succeeded")
    for command in (up, demo):
        command.add_argument("-w", dest="workers", type=_count, metavar="N", help="workers of the consumer")
        command.add_argument("-k", dest="worker_type", choices=("thread", "process"), help="kind of these workers")
        command.add_argument("--port", type=_port, help="port of the service (JOBS_PORT, else 8080); 0: any free one")
    _command(commands, "serve", "service.cli.programs:serve", "run the service alone")
    work = "run a consumer alone; takes the options of huey_consumer"
    _command(commands, "work", HANDED_ON["work"], work)


def _submission(commands: Any) -> None:
    enqueue = _command(commands, "enqueue", "service.cli.submission:enqueue", "put a job in", json=True)
    enqueue.add_argument("name", metavar="NAME", help="the definition's name, such as TEST_JOB")
    enqueue.add_argument("payload", metavar="JSON", help="the payload, an object; - reads it from standard input")
    enqueue.add_argument(
        "--delay", type=_seconds, default=0.0, metavar="SECONDS", help="how long it waits before it is ready"
    )
    enqueue.add_argument("--priority", type=int, metavar="N", help="0 to 9, higher first")
    _identity(enqueue)
    _uniqueness(enqueue)
    _safety(enqueue)
    enqueue.add_argument(
        "--wait",
        nargs="?",
        type=_seconds,
        const=math.inf,
        metavar="SECONDS",
        help="follow the job to its end, at most so long",
    )
    for name, text in (
        ("cancel", "cancel a job that has not ended"),
        ("replay", "make a dead, cancelled, expired or parked job ready"),
    ):
        _command(commands, name, f"service.cli.submission:{name}", text, json=True).add_argument("id", metavar="ID")


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
    scope.add_argument("--unique-for", type=_seconds, metavar="SECONDS", help="hold it so long instead")
    enqueue.add_argument(
        "--on-conflict", choices=list(map(str, Conflict)), help="what is done where another job holds it"
    )


def _inspection(commands: Any) -> None:
    show = _command(commands, "show", "service.cli.inspection:show", "print everything about one job", json=True)
    show.add_argument("id", metavar="ID")
    listing = _command(
        commands, "list", "service.cli.inspection:list_jobs", "print jobs: waiting, running, then finished", json=True
    )
    listing.add_argument("--state", choices=[state.value for state in State], metavar="STATE", help=", ".join(State))
    listing.add_argument("--queue", default="", metavar="QUEUE")
    listing.add_argument("--name", default="", metavar="NAME")
    listing.add_argument("--limit", type=_count, default=20, metavar="N", help="how many (20)")
    listing.add_argument("--cursor", metavar="CURSOR", help="where the last list ended")
    _command(commands, "queues", "service.cli.inspection:queues", "print the jobs by queue and by name", json=True)
    preflight = "tell which jobs in the store this build could not run, before it is deployed"
    _command(commands, "preflight", HANDED_ON["preflight"], preflight)
    _command(
        commands, "definitions", "service.cli.inspection:definitions", "print what can be enqueued here", json=True
    )


def _schema(commands: Any) -> None:
    schema = commands.add_parser(
        "schema",
        help="payloads as a contract: show it, lock it, check what a change would break",
        description="Payloads as a contract across deploys.",
    )
    within = schema.add_subparsers(title="commands", metavar="COMMAND", required=True)
    show = _command(within, "show", "service.cli.schema:show", "print the JSON Schema of a payload")
    show.add_argument("name", metavar="NAME", help="the definition's name, such as TEST_JOB")
    lock = _command(
        within, "lock", "service.cli.schema:lock", "write the lock file, unless something breaks", json=True
    )
    lock.add_argument(
        "--reset",
        action="append",
        default=[],
        metavar="NAME",
        help="forget what is locked of this name: no job of it is anywhere, as where it was never deployed",
    )
    check = _command(
        within, "check", "service.cli.schema:check", "tell what would break of what is locked; for CI", json=True
    )
    for command in (lock, check):
        command.add_argument("--file", default=LOCK_FILE, metavar="PATH", help=f"the lock file ({LOCK_FILE})")
        command.add_argument(
            "--consumers-first",
            action="store_true",
            help="consumers are deployed before producers, so that old code never reads what new code writes",
        )


def _scaffold(commands: Any) -> None:
    new = _command(
        commands, "new", "service.cli.scaffold.command:new", "write a definition, its handler and a test of both"
    )
    new.add_argument("name", metavar="NAME", help="the definition's name, such as SEND_EMAIL")
    new.add_argument(
        "--package",
        metavar="PACKAGE",
        help="where jobs.py and handlers.py are or will be (the only one here, or a new one)",
    )
    new.add_argument("--tests", default="tests", metavar="FOLDER", help="where the test goes (tests)")
    new.add_argument("--queue", metavar="QUEUE", help="the definition's queue")


def _command(commands: Any, name: str, run: str, text: str, *, json: bool = False) -> ArgumentParser:
    command: ArgumentParser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.set_defaults(run=run)
    if json:
        command.add_argument("--json", action="store_true", help="print one JSON document, for programs")
    return command


def _epilog() -> str:
    codes = "\n".join(f"  {code.value}  {meaning}" for code, meaning in MEANINGS.items())
    return f"{_SETTINGS}\n\nexit codes:\n{codes}"


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004 - the largest port there is
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= MAX_DELAY.total_seconds():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds, at most those of ten years")
    return seconds
