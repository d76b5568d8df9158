"""The commands that move jobs: enqueue, cancel, replay."""

import sys
from argparse import Namespace
from datetime import timedelta
from typing import Any, Final

from jobdefs.errors import Fault, InvalidBody, InvalidPayload
from jobdefs.runtime.exits import Exit
from jobdefs.state import State
from jobdefs.wire.body import read_json
from service import idempotency, views
from service.cli.following import follow
from service.cli.session import on_the_queue
from service.cli.wording import document
from service.options import EnqueueOptions
from service.queue import QueueService
from service.request import EnqueueReceipt

_STANDARD_INPUT: Final = "-"
_EXISTING: Final = " (this id was there already; nothing was changed)"
_DUPLICATE: Final = " (this job holds the unique key; nothing was put in)"
_ASKED: Final = " (asked: its consumer hears of it at once, with its next beat at the latest)"


@on_the_queue
async def enqueue(queue: QueueService, options: Namespace) -> int:
    """Put one job in, and follow it to its end if that was asked for."""
    asked = _options(options)
    receipt = await queue.enqueue(options.name, _payload(options), **asked)
    if options.wait is not None:
        return await follow(queue, receipt.id, options.wait, json=options.json)
    if options.json:
        print(document(views.receipt(receipt)))
    else:
        state = receipt.state.value if receipt.state else "deleted"
        print(f"{receipt.id} {state}{_remark(receipt, asked.get('id'))}")
    return Exit.OK


@on_the_queue
async def cancel(queue: QueueService, options: Namespace) -> int:
    """Cancel a job, or ask its consumer to if it runs."""
    state = await queue.cancel(options.id)
    return _told(options, state.value, _ASKED if state is State.RUNNING else "")


@on_the_queue
async def replay(queue: QueueService, options: Namespace) -> int:
    """Make a job that has ended badly ready again."""
    return _told(options, (await queue.replay(options.id)).value)


def _payload(options: Namespace) -> dict[str, Any]:
    try:
        payload = read_json(_text(options.payload))
    except InvalidBody as error:
        raise InvalidBody(error.reason, what="payload") from None
    if not isinstance(payload, dict):
        raise InvalidPayload(options.name, (Fault("$", f"expected an object, got {type(payload).__name__}"),))
    return payload


def _options(options: Namespace) -> EnqueueOptions:
    key = idempotency.read_key([] if options.idempotency_key is None else [options.idempotency_key])
    return EnqueueOptions(
        delay=timedelta(seconds=options.delay),
        run_at=options.at,
        priority=options.priority,
        expires_in=_duration(options.expires_in),
        attempts=options.attempts,
        id=options.id if key is None else idempotency.job_id(key),
        unique_key=options.unique_key,
        unique_until=options.unique_until,
        unique_for=_duration(options.unique_for),
        on_conflict=options.on_conflict,
        durability=options.durability,
    )


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _remark(receipt: EnqueueReceipt, asked_id: str | None) -> str:
    if receipt.created:
        return ""
    return _EXISTING if receipt.id == asked_id else _DUPLICATE


def _told(options: Namespace, state: str, remark: str = "") -> int:
    if options.json:
        print(document({"id": options.id, "state": state}))
    else:
        print(f"{options.id} {state}{remark}")
    return Exit.OK


def _text(given: str) -> bytes:
    if given == _STANDARD_INPUT:
        return sys.stdin.buffer.read()
    return given.encode("utf-8", "surrogateescape")
