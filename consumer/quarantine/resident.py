"""The one place where an attempt runs in the quarantine's process: its main thread."""

from collections.abc import Mapping
from typing import Any

from consumer.attempt import Attempt
from consumer.huey_bridge.app import JobsHuey
from consumer.huey_bridge.ending import Ending
from consumer.leaks import Leaks
from consumer.plan import Plan
from consumer.quarantine.line import Line
from consumer.quarantine.lines import Word, settlement_fields, to_claim
from consumer.quarantine.loop import Loop
from consumer.quarantine.shape import Watch, peak_kib
from consumer.timekeeper import Timekeeper
from jobdefs.storage.contract import Settlement
from jobdefs.wire import envelope


class _ParentKeepsTime(Timekeeper):
    def watch(self, attempt: Attempt, moment: float) -> None:
        """Leave it to the parent, which can kill this process."""


class Resident:
    """Runs one attempt after another, and tells how they ended; none where an earlier one has left something behind."""

    grace_s = 0.0

    def __init__(self, app: JobsHuey, plans: Mapping[str, Plan], line: Line) -> None:
        self.keeper: Timekeeper = _ParentKeepsTime(Leaks(1))
        self._app = app
        self._plans = plans
        self._line = line
        self._ending: Ending | None = None
        self._loop = Loop()
        self._watch: Watch | None = None
        self._left: list[str] = []

    def run(self, fields: dict[str, Any]) -> None:
        """Run the attempt of a claim, if its end would be its own doing."""
        # Here, since start-up hooks may begin threads, which belong to the process.
        self._watch = self._watch or Watch(self._line.descriptor)
        if not self._is_clean():
            return
        self._ending = None
        self._line.say(Word.BEGAN, peak_kib())
        claim = to_claim(fields)
        written = envelope.read(claim.envelope)
        plan = self._plans.get(written.name)
        attempt = Attempt(self._app, claim, written, plan, self._settle)
        if plan is not None and plan.binding.asynchronous:
            self._loop.run(attempt.run_async(self))
        else:
            attempt.run(self)

    def announce(self) -> None:
        """Send the signals of the last attempt: the store has taken its end in."""
        if self._ending is not None:
            self._app.announce(self._ending)
        self._is_clean()

    def interrupt(self, attempt: Attempt) -> None:
        """Do nothing: the parent kills."""

    def give_up(self, attempt: Attempt) -> None:
        """Do nothing: the parent kills."""

    def _settle(self, attempt: Attempt, settlement: Settlement, ending: Ending | None) -> None:
        del attempt
        self._ending = ending
        self._line.say(Word.ENDED, settlement_fields(settlement))

    def _is_clean(self) -> bool:
        """Tell whether nothing is left of earlier attempts; the parent hears what is."""
        # Once said it stays so: the parent may have heard it already.
        if not self._left:
            self._left = self._watch.left_behind() if self._watch else []
            if self._loop.pending:
                self._left.append("tasks or timers of the event loop")
        if self._left:
            self._line.say(Word.SPOILT, ", ".join(self._left))
        return not self._left
