"""One call of a handler, outside of any queue, with everything written down and read back as between two programs."""

import time
from typing import Any

from consumer.context import JobContext
from consumer.follow_up import FollowUps
from consumer.plan import Plan
from consumer.testing.ground import Ground
from jobdefs.wire import codec, envelope


class InlineCall:
    """The payload goes through the codec, and so does the result; follow-ups are put in when the handler succeeds.

    Raises what an enqueue would raise for this payload, and ValueError for an attempt below 1.
    """

    def __init__(self, ground: Ground, plan: Plan, payload: object, attempt: int) -> None:
        if attempt < 1:
            raise ValueError(f"attempts are counted from 1: {attempt}")
        self.plan = plan
        definition = plan.definition
        self.timeout_s = definition.timeout.total_seconds() if definition.timeout else None
        self._ground = ground
        self._attempt = attempt
        self._payload = codec.decode(definition, codec.encode(definition, payload))
        self._follow_ups = FollowUps(ground.app)

    def begin(self) -> Any:
        """Call the handler: an ``async def`` one returns what is to be awaited. Raises what the handler raises."""
        binding = self.plan.binding
        return (
            binding.handler(self._payload, self._context()) if binding.takes_context else binding.handler(self._payload)
        )

    def result(self, value: Any) -> Any:
        """Return the value as whoever looks the job up sees it, as plain JSON; raises UnwritableResult or TooLarge."""
        written = codec.encode_result(value)
        if self._follow_ups.jobs:
            self._ground.put_in(self._follow_ups.jobs)
        return codec.decode_result(written)

    def _context(self) -> JobContext:
        definition = self.plan.definition
        return JobContext(
            id=envelope.new_id(),
            name=definition.name,
            queue=definition.queue,
            attempt=self._attempt,
            attempts=max(definition.retry.attempts, self._attempt),
            lost=0,
            generation=0,
            fence=self._attempt,
            deadline=None if self.timeout_s is None else time.monotonic() + self.timeout_s,
            enqueue=self._follow_ups.add,
        )
