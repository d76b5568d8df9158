"""Writes jobs.env.example from the settings classes: `python deploy/env_example.py`."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from consumer.settings import ConsumerSettings
from jobdefs.runtime.settings import StoreSettings, Variable, describe
from service.settings import ServiceSettings

FILE = Path(__file__).resolve().with_name("jobs.env.example")
WIDTH = 118
HEAD = """\
Settings of the service and of every consumer: install it as /etc/aiohttp-huey/jobs.env, owned by root, mode 0600.
What concerns one consumer only belongs in /etc/aiohttp-huey/NAME.env for jobs-consumer@NAME; it wins over this file.
A line that begins with # shows the default. Values are read by systemd: no shell, no variables in them.
Written by deploy/env_example.py; do not edit the example itself."""
SECTIONS = (
    ("Both programs", StoreSettings),
    ("The service (restart jobs-service)", ServiceSettings),
    ("The consumers (restart jobs-consumer@NAME); JOBS_QUEUES belongs in NAME.env", ConsumerSettings),
)
# What an installation has to say itself, since the default is meant for a first look.
GIVEN = {"REDIS_URL": "redis://127.0.0.1:6379/0"}
UNIT = Variable(
    "HUEY_CONSUMER_OPTIONS",
    "-w 1 -k thread",
    "Options of huey_consumer, given to it by jobs-consumer@.service",
    secret=False,
)


def example() -> str:
    """Return the text of jobs.env.example."""
    return "\n".join((*_comment(HEAD), "", *_sections(), *_entry(UNIT)))


def _sections() -> Iterator[str]:
    told: set[str] = set()
    for title, settings in SECTIONS:
        yield from (f"### {title}", "")
        for variable in _new(settings, told):
            yield from _entry(variable)


def _new(settings: type[Any], told: set[str]) -> Iterator[Variable]:
    for variable in describe(settings):
        if variable.name not in told:
            told.add(variable.name)
            yield variable


def _entry(variable: Variable) -> Iterator[str]:
    yield from _comment(variable.help)
    given = GIVEN.get(variable.name)
    yield f"#{variable.name}={variable.default}" if given is None else f"{variable.name}={given}"
    yield ""


def _comment(text: str) -> Iterator[str]:
    for paragraph in text.splitlines():
        for line in textwrap.wrap(paragraph, WIDTH):
            yield f"# {line}"


if __name__ == "__main__":
    FILE.write_text(example())
