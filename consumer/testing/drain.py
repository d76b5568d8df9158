"""Takes one ready job after another, as a consumer does, and follows each to its end."""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Final

from consumer.attempt import Attempt, HandlerExited
from consumer.holdings import Ended
from consumer.huey_bridge.ending import Ending
from consumer.reception import Reception, complete
from consumer.testing.ground import Ground
from jobdefs.clock import to_ms
from jobdefs.policy import DEFAULT_QUEUE
from jobdefs.record import JobRecord
from jobdefs.storage.contract import Claim, Exchange, Outcome, Settlement
from jobdefs.storage.execution import ExecutionCalls

MOST: Final = 1_000
_COMES_BACK: Final = (Outcome.FAILED, Outcome.SNOOZED)
# A consumer takes these, too, for the end of an attempt and of nothing else.
_HANDLERS_OWN: Final = (SystemExit, GeneratorExit, asyncio.CancelledError)


class Drain:
    """One pass over everything that is ready, and over what becomes ready by it.

    A job that failed or was snoozed is not left for later: time is moved on to its next attempt. Jobs that nobody has
    begun wait for their own time. It runs ``MOST`` attempts, and then raises AssertionError.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._calls = ExecutionCalls(ground.settings.namespace)
        self._queues = sorted({DEFAULT_QUEUE, *(plan.definition.queue for plan in ground.plans.values())})
        self._reception = Reception(ground.app, self, ground.plans, runs_plain=False)
        self._ended: list[Ended] = []
        self._due_ms: dict[str, int] = {}
        self._met: dict[str, None] = {}
        self._attempts = 0
        self._ends_test: BaseException | None = None

    def next(self) -> Attempt | None:
        """Tell the store what has ended, and return the next attempt; None where nothing is left to do.

        Raises what a handler raised to end the test, such as KeyboardInterrupt or what pytest.fail raises.
        """
        while True:
            if self._ends_test is not None:
                raise self._ends_test
            reply = self._exchange()
            if attempts := self._reception.attempts(reply.claims):
                return self._counted(attempts[0])
            if not (self._ended or reply.more or self._moves_on(reply)):
                return None

    def jobs(self) -> list[JobRecord]:
        """Return what became of the jobs, in the order in which they were begun first."""
        return [record for job_id in self._met if (record := self._ground.find(job_id)) is not None]

    # As the holder of what Reception makes of claims.

    def settle(self, attempt: Attempt, settlement: Settlement, ending: Ending | None) -> None:
        """Take in the end of an attempt."""
        del attempt
        self._ended.append(Ended(settlement, ending))
        if ending is not None and isinstance(ending.error, HandlerExited):
            cause = ending.error.__cause__
            self._ends_test = None if isinstance(cause, _HANDLERS_OWN) else cause

    def park(self, claim: Claim, reason: str, kind: str = "") -> None:
        """Take in the end of a claim that cannot become an attempt."""
        parked = Settlement(id=claim.id, token=claim.token, outcome=Outcome.PARKED, failures=claim.failures)
        parked.detail, parked.kind = reason, kind
        self._ended.append(Ended(parked, None))

    def _exchange(self) -> Exchange:
        ended, self._ended = self._ended, []
        call = self._calls.exchange(
            queues=self._queues,
            want=1,
            token=secrets.token_hex(16),
            holder="test",
            settlements=[each.settlement for each in ended],
        )
        reply = self._ground.store.send(call)
        complete(reply.claims, self._ground.store, self._calls)
        self._reception.conclude(ended, reply.verdicts)
        self._note(ended[: len(reply.verdicts)], reply)
        self._ended += ended[len(reply.verdicts) :]
        return reply

    def _note(self, told: Sequence[Ended], reply: Exchange) -> None:
        for settlement in (each.settlement for each in told):
            if settlement.outcome in _COMES_BACK:
                self._due_ms[settlement.id] = reply.now_ms + to_ms(settlement.delay)
        for claim in reply.claims:
            self._met[claim.id] = None
            self._due_ms.pop(claim.id, None)

    def _moves_on(self, reply: Exchange) -> bool:
        """Move time on to the next attempt of a job that has been begun; False where there is none."""
        # What was due and did not come has been cancelled, or is gone.
        self._due_ms = {job_id: due_ms for job_id, due_ms in self._due_ms.items() if due_ms > reply.now_ms}
        if not self._due_ms:
            return False
        self._ground.clock.reach(min(self._due_ms.values()))
        return True

    def _counted(self, attempt: Attempt) -> Attempt:
        self._attempts += 1
        if self._attempts > MOST:
            raise AssertionError(
                f"drain() has run {MOST:,} attempts, and {attempt.written.name} {attempt.claim.id} is ready: does it "
                "snooze or enqueue itself for ever?"
            )
        return attempt
