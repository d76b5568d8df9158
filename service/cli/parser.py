"""The command line. It imports nothing that is slow: each command names the function that runs it."""

import argparse
from argparse import ArgumentParser
from typing import Any, Final

from jobdefs.runtime.exits import MEANINGS
from jobdefs.state import State
from service.cli import submission_options
from service.cli.arguments import command, count, port
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
    submission_options.add(commands)
    _inspection(commands)
    _schema(commands)
    _scaffold(commands)
    return made


def _programs(commands: Any) -> None:
    up = command(
        commands,
        "up",
        "service.cli.up:up",
        "run everything on this machine, with a private server if REDIS_URL is not set",
    )
    up.set_defaults(share=False)
    demo = command(commands, "demo", "service.cli.demo:demo", "as up, and run one TEST_JOB to see it work")
    demo.set_defaults(share=True)
    demo.add_argument("--exit", action="store_true", help="stop when the job has ended; exit code 0 if it succeeded")
    for program in (up, demo):
        program.add_argument("-w", dest="workers", type=count, metavar="N", help="workers of the consumer")
        program.add_argument("-k", dest="worker_type", choices=("thread", "process"), help="kind of these workers")
        program.add_argument("--port", type=port, help="port of the service (JOBS_PORT, else 8080); 0: any free one")
    command(commands, "serve", "service.cli.programs:serve", "run the service alone")
    work = "run a consumer alone; takes the options of huey_consumer"
    command(commands, "work", HANDED_ON["work"], work)


def _inspection(commands: Any) -> None:
    show = command(commands, "show", "service.cli.inspection:show", "print everything about one job", json=True)
    show.add_argument("id", metavar="ID")
    listing = command(
        commands, "list", "service.cli.inspection:list_jobs", "print jobs: waiting, running, then finished", json=True
    )
    listing.add_argument("--state", choices=[state.value for state in State], metavar="STATE", help=", ".join(State))
    listing.add_argument("--queue", default="", metavar="QUEUE")
    listing.add_argument("--name", default="", metavar="NAME")
    listing.add_argument("--limit", type=count, default=20, metavar="N", help="how many (20)")
    listing.add_argument("--cursor", metavar="CURSOR", help="where the last list ended")
    command(commands, "queues", "service.cli.inspection:queues", "print the jobs by queue and by name", json=True)
    preflight = "tell which jobs in the store this build could not run, before it is deployed"
    command(commands, "preflight", HANDED_ON["preflight"], preflight)
    command(commands, "definitions", "service.cli.inspection:definitions", "print what can be enqueued here", json=True)


def _schema(commands: Any) -> None:
    schema = commands.add_parser(
        "schema",
        help="payloads as a contract: show it, lock it, check what a change would break",
        description="Payloads as a contract across deploys.",
    )
    within = schema.add_subparsers(title="commands", metavar="COMMAND", required=True)
    show = command(within, "show", "service.cli.schema:show", "print the JSON Schema of a payload")
    show.add_argument("name", metavar="NAME", help="the definition's name, such as TEST_JOB")
    lock = command(within, "lock", "service.cli.schema:lock", "write the lock file, unless something breaks", json=True)
    lock.add_argument(
        "--reset",
        action="append",
        default=[],
        metavar="NAME",
        help="forget what is locked of this name: no job of it is anywhere, as where it was never deployed",
    )
    check = command(
        within, "check", "service.cli.schema:check", "tell what would break of what is locked; for CI", json=True
    )
    for each in (lock, check):
        each.add_argument("--file", default=LOCK_FILE, metavar="PATH", help=f"the lock file ({LOCK_FILE})")
        each.add_argument(
            "--consumers-first",
            action="store_true",
            help="consumers are deployed before producers, so that old code never reads what new code writes",
        )


def _scaffold(commands: Any) -> None:
    new = command(
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


def _epilog() -> str:
    codes = "\n".join(f"  {code.value}  {meaning}" for code, meaning in MEANINGS.items())
    return f"{_SETTINGS}\n\nexit codes:\n{codes}"
