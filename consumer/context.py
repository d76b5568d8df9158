"""What a handler is told about the attempt that it runs in, and what it can ask for."""

import time
from collections.abc import Callable
from datetime import timedelta

import attrs

from jobdefs.payload import Payload

Enqueue = Callable[..., str]


@attrs.define(kw_only=True)
class JobContext:
    """The attempt a handler runs in.

    ``attempt`` counts from 1. ``generation`` grows with each replay by an operator, ``fence`` with every claim of the
    job. ``lost`` counts earlier attempts whose consumer vanished. ``deadline`` is a moment of ``time.monotonic()`` in
    seconds, None without a timeout. ``abandoned`` and ``cancelled`` become true while the handler runs: the attempt is
    no longer ours, or its job was cancelled.
    """

    id: str
    name: str
    queue: str
    attempt: int
    attempts: int
    lost: int
    generation: int
    fence: int
    deadline: float | None = None
    abandoned: bool = False
    cancelled: bool = False
    _enqueue: Enqueue

    @property
    def idempotency_key(self) -> str:
        """A key for outside systems that stays the same over all attempts of this generation."""
        return f"{self.id}:{self.generation}"

    @property
    def time_remaining(self) -> timedelta | None:
        """How long this attempt may still run, None without a timeout."""
        return None if self.deadline is None else timedelta(seconds=max(0.0, self.deadline - time.monotonic()))

    @property
    def should_stop(self) -> bool:
        """Whether going on is of no use: the lease is lost, the job is handed back or cancelled, or time is up."""
        return self.abandoned or self.cancelled or (self.deadline is not None and time.monotonic() >= self.deadline)

    def enqueue(self, job: Payload, *, delay: timedelta = timedelta(0)) -> str:
        """Enqueue another job together with the success of this one, and return its id.

        It is put in by the same atomic move that settles this attempt, so it exists exactly if this attempt counts. The
        one exception: where another job holds its unique key at that moment and stays, it is not put in, and no job has
        this id.
        """
        return self._enqueue(job, delay)
