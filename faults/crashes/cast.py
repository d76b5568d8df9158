"""Who plays: a producer and two consumers, each of them from when it is first needed."""

from functools import cached_property
from typing import Final

from faults.crashes.orders import HANDLED, KNOWN, NOVELTY
from faults.crashes.producer import Producer
from faults.crashes.worker import Worker

_ALL_KNOWN: Final = (f"{KNOWN},{NOVELTY}", f"{HANDLED},{NOVELTY}")


class Cast:
    """Everybody of one process; whoever plays in the next process is somebody else."""

    def __init__(self, url: str, namespace: str) -> None:
        self._place = (url, namespace)

    @cached_property
    def producer(self) -> Producer:
        """Puts jobs in."""
        return Producer(*self._place)

    @cached_property
    def worker(self) -> Worker:
        """Runs jobs, and does not know every name."""
        return Worker(*self._place, KNOWN, HANDLED)

    @cached_property
    def other(self) -> Worker:
        """Runs jobs beside the first one, and knows every name."""
        return Worker(*self._place, *_ALL_KNOWN)

    def newcomer(self) -> Worker:
        """Return a consumer that begins now, and knows every name."""
        return Worker(*self._place, *_ALL_KNOWN)
