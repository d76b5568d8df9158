"""Writes the tables and the picture that come from code into the documents: `python docs/tables.py`.

A document has them between `<!-- table: NAME -->` and `<!-- end -->`. The script that producers in other languages ship
is written, too.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from consumer.settings import ConsumerSettings
from docs import figures
from jobdefs import errors, policy
from jobdefs.retry import RetryPolicy
from jobdefs.runtime.exits import MEANINGS
from jobdefs.runtime.settings import StoreSettings, describe
from jobdefs.state import CANCELLABLE, FINAL, REPLAYABLE, TRANSITIONS, State
from jobdefs.storage.scripts import script
from service.body import MANY_BYTES, ONE_BYTES
from service.problems import kind_of
from service.routes import ROUTES
from service.settings import ServiceSettings

ROOT: Final = Path(__file__).resolve().parents[1]
DOCUMENTS: Final = (ROOT / "README.md", ROOT / "docs" / "job-lifecycle.md")
SUBMIT: Final = ROOT / "docs" / "producers" / "submit.lua"
PROMISES: Final = ROOT / "docs" / "guarantees.md"
_PLACE: Final = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_WIDTH: Final = 120
_MEANINGS: Final = {
    State.SCHEDULED: "it waits for its time: a delay, or the pause before another attempt",
    State.READY: "it waits for a consumer",
    State.RUNNING: "a consumer holds it under a lease",
    State.SUSPECT: "its consumer vanished twice in a row; it waits to be run in quarantine",
    State.PARKED: (
        "unreadable, of an unknown name, or with a payload that does not fit or is newer: kept until a consumer can run"
        " it; or its consumers vanished 20 times in a row: kept until it is replayed"
    ),
    State.SUCCEEDED: "its handler returned",
    State.DEAD: "it is given up: every attempt failed, or another one would not help",
    State.CANCELLED: "somebody called it off",
    State.EXPIRED: "its time limit passed before an attempt had begun; told when a consumer would have claimed it",
}


def filled(text: str) -> str:
    """Return a document's text with every place filled anew."""
    return _PLACE.sub(lambda place: f"{place[1]}{TABLES[place[2]]()}\n{place[3]}", text)


def _table(*rows: Sequence[str]) -> str:
    heads, *body = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *body))


def _list(entries: Iterable[str]) -> str:
    return "\n".join(textwrap.wrap(f"{'; '.join(entries)}.", _WIDTH, break_on_hyphens=False))


def configuration() -> str:
    """Show every setting once, with the program that reads it."""
    return _table(("variable", "default", "what it says"), *_settings())


def _settings() -> Iterator[tuple[str, str, str]]:
    told: set[str] = set()
    for settings, reader in ((StoreSettings, ""), (ServiceSettings, "Service: "), (ConsumerSettings, "Consumer: ")):
        for variable in describe(settings):
            if variable.name not in told:
                told.add(variable.name)
                yield f"`{variable.name}`", f"`{variable.default}`" if variable.default else "", reader + variable.help


def exits() -> str:
    """List the exit codes."""
    return _list(f"**{code.value}** {meaning}" for code, meaning in MEANINGS.items())


def routes() -> str:
    """Show the REST API."""
    rows = (
        (
            f"`{route.method} {route.path}`",
            route.summary,
            "; ".join(f"{code}: {answer.meaning}" for code, answer in route.responses.items()),
        )
        for route in ROUTES
    )
    return _table(("request", "what it does", "answer"), *rows)


def problems() -> str:
    """List the errors of the REST API that are ours, each once."""
    raised = {error for route in ROUTES for error in route.errors if issubclass(error, errors.JobsError)}
    codes = sorted((kind_of(error).status.value, error.code) for error in raised)
    statuses = {status: [f"`{code}`" for of, code in codes if of == status] for status, _ in codes}
    return _list(f"**{status}** {', '.join(named)}" for status, named in statuses.items())


def numbers() -> str:
    """Show the defaults and limits that hold for every job."""
    retry, kept = RetryPolicy(), policy.Retention()
    pauses = (
        f"{_long(retry.first_delay)}, then {retry.factor:g} times as long each time, at most {_long(retry.max_delay)},"
        f" ±{retry.jitter:.0%}"
    )
    rows = (
        ("attempts; pauses between them", f"{retry.attempts}; {pauses}"),
        ("priority", f"{policy.LOWEST_PRIORITY} to {policy.HIGHEST_PRIORITY}, higher first; {policy.LOWEST_PRIORITY}"),
        (
            "payload; result; events kept",
            f"{_size(policy.MAX_PAYLOAD_BYTES)}; {_size(policy.MAX_RESULT_BYTES)}; the last {policy.MAX_HISTORY}",
        ),
        (
            "a whole body over HTTP: of one job; of many; a line of very many",
            f"{_size(ONE_BYTES)}; {_size(MANY_BYTES)}; {_size(ONE_BYTES)}",
        ),
        ("jobs in one enqueue; in one page", f"{policy.MAX_BATCH:,}; {policy.MAX_PAGE:,}"),
        ("delay; time until a job expires", f"at most {policy.MAX_DELAY.days:,} days"),
        ("kept when dead; when succeeded, cancelled or expired", f"{_long(kept.dead)}; {_long(kept.succeeded)}"),
        ("an id stays taken after its job was removed", _long(policy.TOMBSTONE)),
        ("lease: how long a silent consumer keeps its jobs", _long(policy.LEASE)),
        ("a job runs in quarantine after its consumer has vanished while running it", "twice in a row"),
        ("a job is parked after its consumers have vanished while running it", "20 times in a row"),
        ("drain: how long running jobs may take after SIGTERM", _long(policy.DRAIN)),
        ("an enqueue waits for the store's answer", f"at most {_long(policy.STORE_DEADLINE)}"),
    )
    return _table(("what", "how much"), *rows)


def _long(duration: timedelta) -> str:
    for unit, name in ((timedelta(days=2), "days"), (timedelta(hours=1), "h"), (timedelta(seconds=1), "s")):
        if duration >= unit:
            return f"{duration // (timedelta(days=1) if name == 'days' else unit)} {name}"
    return f"{duration // timedelta(milliseconds=1)} ms"


def _size(size: int) -> str:
    return f"{size // 1024} KiB" if size < 1024**2 else f"{size // 1024**2} MiB"


def states() -> str:
    """Show every state, and what can be done to a job in it."""
    rows = ((f"`{state}`", _MEANINGS[state], ", ".join(_possible(state))) for state in State)
    return _table(("state", "what it means", "possible"), *rows)


def _possible(state: State) -> Iterator[str]:
    if state in FINAL:
        yield "final"
    if state in CANCELLABLE:
        yield "cancel"
    if state in REPLAYABLE:
        yield "replay"


def moves() -> str:
    """Show every move between states."""
    rows = ((f"`{before}`", f"`{after}`", reason) for (before, after), reason in TRANSITIONS.items())
    return _table(("from", "to", "why"), *rows)


def chart() -> str:
    """Draw the states and the moves between them."""
    begun = [f"    [*] --> {state}" for state in (State.SCHEDULED, State.READY)]
    drawn = [f"    {before} --> {after}: {reason}" for (before, after), reason in TRANSITIONS.items()]
    ended = [f"    {state} --> [*]" for state in State if state in FINAL]
    return "\n".join(("```mermaid", "stateDiagram-v2", *begun, *drawn, *ended, "```"))


TABLES: Final[dict[str, Callable[[], str]]] = {
    made.__name__: made for made in (configuration, exits, routes, problems, numbers, states, moves, chart)
}


if __name__ == "__main__":
    for document in DOCUMENTS:
        document.write_text(filled(document.read_text()))
    PROMISES.write_text(figures.filled(PROMISES.read_text()))
    SUBMIT.write_text(script("submit").source)
