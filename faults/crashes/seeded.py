"""Bugs that are put into the product on purpose, to see that the judge finds them."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final
from unittest.mock import patch

import attrs

from faults.crashes.orders import Order
from faults.crashes.producer import Producer
from jobdefs.storage import execution, submission
from jobdefs.storage.scripts import Script, script
from service.request import EnqueueReceipt


def seeded(bug: str) -> AbstractContextManager[None]:
    """Put a bug in as long as the block lasts; the empty name is that of no bug."""
    return BUGS[bug]() if bug else nullcontext()


@contextmanager
def _new_id() -> Iterator[None]:
    """Let whoever puts a job in a second time do so under another id."""
    tried: set[str] = set()
    right = Producer._enqueued

    async def wrong(producer: Producer, order: Order) -> EnqueueReceipt | Exception:
        again = order.id in tried
        tried.add(order.id)
        return await right(producer, attrs.evolve(order, id=f"{order.id}-anew") if again else order)

    with patch.object(Producer, "_enqueued", wrong):
        yield


def _altered(name: str, written: str, instead: str) -> Callable[[], AbstractContextManager[None]]:
    """Return what lets a script have other words in a place of it."""

    def altered(asked: str) -> Script:
        right = script(asked)
        if asked != name:
            return right
        assert written in right.source, f"{written!r} is no longer in {name}.lua"
        source = right.source.replace(written, instead)
        return Script(name, source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())

    @contextmanager
    def bug() -> Iterator[None]:
        with patch.object(execution, "script", altered), patch.object(submission, "script", altered):
            yield

    return bug


BUGS: Final[dict[str, Callable[[], AbstractContextManager[None]]]] = {
    "new-id": _new_id,
    "put-in-twice": _altered("submit", "> 0 then return taken(job) end", "> 2 then return taken(job) end"),
    "no-token": _altered("exchange", "token == job.token and job.queue", "job.queue"),
    "no-key": _altered("submit", "if verdict then return", "if false then return"),
    "early": _altered("submit", "due = due or now + delay", "due = now"),
    "left-behind": _altered("exchange", "gather_removed(leases, job.id)", ""),
}
