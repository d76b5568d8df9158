"""What the fixtures give to a test."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from consumer.follow_up import FollowUps
from consumer.plan import Lane
from consumer.testing.drain import Drain
from consumer.testing.ground import Ground
from consumer.testing.inline import InlineCall
from consumer.testing.place import TestsOwnPlace
from jobdefs.definition import Definition, definition_of
from jobdefs.errors import UnknownJob
from jobdefs.payload import Payload
from jobdefs.record import JobRecord
from jobdefs.wire import codec

P = TypeVar("P", bound=Payload)
R = TypeVar("R")


class Observed:
    """The jobs of a test, as they are looked at."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def enqueued(self, payload: type[P]) -> list[P]:
        """Return the payloads of all jobs of this class that were put in during this test, the oldest first.

        They are read back from the store, whatever has become of the jobs. Raises InvalidPayload where one is misfit.
        """
        definition = _definition(payload)
        written = [record.envelope for record in self.records(payload) if record.envelope]
        return [codec.decode(definition, envelope.payload, envelope.version) for envelope in written]

    def records(self, payload: type[Payload]) -> list[JobRecord]:
        """Return everything that the store knows of the jobs of this class, the oldest first."""
        found = self._ground.records(_definition(payload).name)
        return sorted(found, key=lambda record: record.envelope.enqueued_at_ms if record.envelope else 0)

    def enqueue(self, payload: Payload, *, delay: timedelta = timedelta(0)) -> str:
        """Put a job in, where no program under test does, and return its id; raises JobsError.

        Where another job holds its unique key and stays, it is not put in.
        """
        new = FollowUps(self._ground.app)
        job_id = new.add(payload, delay)
        self._ground.put_in(new.jobs)
        return job_id

    def advance(self, duration: timedelta) -> None:
        """Let time pass in the store: delayed jobs come due, others expire, and old ones are forgotten.

        It counts for whoever reaches the store from this process; the clock of Python stays as it is. Raises ValueError
        for a duration below zero.
        """
        self._ground.clock.advance(duration)

    def _call(self, payload: Payload, attempt: int) -> InlineCall:
        ground = self._ground
        return InlineCall(ground, ground.plans[ground.app.catalog.of(payload).name], payload, attempt)


class Jobs(Observed):
    """For ``async def`` tests: ``async def`` handlers run on the test's own event loop, ``def`` ones in a thread."""

    async def drain(self) -> list[JobRecord]:
        """Run every ready job to its end, and what it enqueues for at once; return what became of them.

        Each is claimed as by a consumer. Retries do not wait: time is moved on to them. Jobs with a delay of their own
        are left, unless time comes to them. A handler that fails does not fail the test: its job tells so.
        """
        drain, place = Drain(self._ground), TestsOwnPlace()
        while (attempt := drain.next()) is not None:
            on_loop = attempt.lane is Lane.LOOP
            await _alone(attempt.run_async(place) if on_loop else asyncio.to_thread(attempt.run, place))
        return drain.jobs()

    async def run(self, payload: Payload, *, attempt: int = 1) -> Any:
        """Run the handler of this payload once, in no queue, and return its result as plain JSON.

        Payload and result go through the codec, as between two programs. What the handler raises is raised; what it
        enqueues is put in if it succeeds. Raises InvalidPayload, UnwritableResult, TooLarge, or UnknownJob.
        """
        call = self._call(payload, attempt)
        if not call.plan.binding.asynchronous:
            return call.result(await asyncio.to_thread(call.begin))
        return call.result(await _within(call))


class SyncJobs(Observed):
    """For plain tests: ``def`` handlers run in the test's thread, ``async def`` ones on the fixture's event loop."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        # With a factory, it is nobody else's current loop.
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)

    def drain(self) -> list[JobRecord]:
        """Do as Jobs.drain does."""
        drain, place = Drain(self._ground), TestsOwnPlace()
        while (attempt := drain.next()) is not None:
            if attempt.lane is Lane.LOOP:
                self._await(attempt.run_async(place))
            else:
                attempt.run(place)
        return drain.jobs()

    def run(self, payload: Payload, *, attempt: int = 1) -> Any:
        """Do as Jobs.run does."""
        call = self._call(payload, attempt)
        if not call.plan.binding.asynchronous:
            return call.result(call.begin())
        return call.result(self._await(_within(call)))

    def close(self) -> None:
        """Close the event loop."""
        self._runner.close()

    def _await(self, coroutine: Coroutine[Any, Any, R]) -> R:
        if _in_a_loop():
            coroutine.close()
            raise RuntimeError("sync_jobs is for plain tests; an async def test takes jobs, and awaits jobs.drain()")
        return self._runner.run(coroutine)


def _in_a_loop() -> bool:
    # Nothing runs in the except block: what a handler raises would stand in the context of this error.
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _alone(work: Coroutine[Any, Any, None]) -> None:
    """Run it as a task of its own: an attempt takes what cancels its task for an end of its handler."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        task.cancel()
        raise
    task.result()


async def _within(call: InlineCall) -> Any:
    async with asyncio.timeout(call.timeout_s):
        return await call.begin()


def _definition(payload: type[Payload]) -> Definition:
    definition = definition_of(payload)
    if definition is None:
        raise UnknownJob(payload.__name__)
    return definition
