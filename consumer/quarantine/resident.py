"""The one place where an attempt runs in the quarantine's process: its main thread."""

import asyncio
import resource
from collections.abc import Mapping
from typing import Any

from loguru import logger

from consumer.attempt import Attempt
from consumer.event_loop import new_event_loop
from consumer.huey_bridge.app import JobsHuey
from consumer.huey_bridge.ending import Ending
from consumer.leaks import Leaks
from consumer.plan import Plan
from consumer.quarantine.line import Line
from consumer.quarantine.lines import Word, settlement_fields, to_claim
from consumer.timekeeper import Timekeeper
from jobdefs.storage.contract import Settlement
from jobdefs.wire import envelope


class _ParentKeepsTime(Timekeeper):
    def watch(self, attempt: Attempt, moment: float) -> None:
        """Leave it to the parent, which can kill this process."""


class Resident:
    """Runs one attempt after another, and tells how they ended."""

    grace_s = 0.0

    def __init__(self, app: JobsHuey, plans: Mapping[str, Plan], line: Line) -> None:
        self.keeper: Timekeeper = _ParentKeepsTime(Leaks(1))
        self._app = app
        self._plans = plans
        self._line = line
        self._ending: Ending | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, fields: dict[str, Any]) -> None:
        """Run the attempt of a claim."""
        self._ending = None
        self._line.say(Word.BEGAN, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        claim = to_claim(fields)
        written = envelope.read(claim.envelope)
        plan = self._plans.get(written.name)
        attempt = Attempt(self._app, claim, written, plan, self._settle)
        if plan is not None and plan.binding.asynchronous:
            self._run_async(attempt)
        else:
            attempt.run(self)

    def announce(self) -> None:
        """Send the signals of the last attempt: the store has taken its end in."""
        if self._ending is not None:
            self._app.announce(self._ending)

    def interrupt(self, attempt: Attempt) -> None:
        """Do nothing: the parent kills."""

    def give_up(self, attempt: Attempt) -> None:
        """Do nothing: the parent kills."""

    def _settle(self, attempt: Attempt, settlement: Settlement, ending: Ending | None) -> None:
        del attempt
        self._ending = ending
        self._line.say(Word.ENDED, settlement_fields(settlement))

    def _run_async(self, attempt: Attempt) -> None:
        # One loop for all, since handlers keep connections that belong to a loop.
        if self._loop is None:
            self._loop = new_event_loop()
            asyncio.set_event_loop(self._loop)
        task = self._loop.create_task(attempt.run_async(self))
        while not task.done():
            try:
                self._loop.run_until_complete(task)
            except BaseException:  # noqa: BLE001 - a task that the handler started may not end the program
                logger.exception("a task of a handler tried to end the program")
