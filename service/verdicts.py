"""What becomes of many enqueues: each has a verdict of its own."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from jobdefs.errors import JobsError, StoreError
from service import problems, views
from service.queue import QueueService
from service.request import EnqueueReceipt, EnqueueRequest

# Found once: see jobdefs/storage/contract.py.
_ACCEPTED: Final = HTTPStatus.ACCEPTED
_OK: Final = HTTPStatus.OK


async def enqueue(
    queue: QueueService, asked: Sequence[EnqueueRequest | JobsError], *, whole: bool
) -> list[EnqueueReceipt | JobsError]:
    """Put in what could be read, and return the outcomes in the order of what was asked for.

    ``whole``: where the store failed and nothing came in, its error is raised for all.
    """
    outcomes = await queue.enqueue_many([one for one in asked if isinstance(one, EnqueueRequest)])
    if whole:
        _raise_if_nothing_came_in(outcomes)
    following = iter(outcomes)
    return [next(following) if isinstance(one, EnqueueRequest) else one for one in asked]


def show(outcome: EnqueueReceipt | JobsError) -> dict[str, Any]:
    """Show a verdict: the status that one enqueue would have, and the receipt or the problem."""
    if isinstance(outcome, EnqueueReceipt):
        return {"status": status(outcome), **views.receipt(outcome)}
    problem = problems.document(outcome)
    return {"status": problem["status"], "problem": problem}


def status(receipt: EnqueueReceipt) -> HTTPStatus:
    """Tell a job that was put in from one that was there."""
    return _ACCEPTED if receipt.created else _OK


def _raise_if_nothing_came_in(outcomes: Sequence[EnqueueReceipt | JobsError]) -> None:
    failed = next((outcome for outcome in outcomes if isinstance(outcome, StoreError)), None)
    if failed and not any(isinstance(outcome, EnqueueReceipt) for outcome in outcomes):
        raise failed
