"""The commands that move jobs: enqueue, cancel, replay."""

import sys
from argparse import Namespace
from datetime import timedelta

from jobdefs.errors import Fault, InvalidPayload
from jobdefs.runtime.exits import Exit
from jobdefs.wire.body import read_json
from service import views
from service.cli.following import follow
from service.cli.session import on_the_queue
from service.cli.wording import document
from service.options import EnqueueOptions
from service.queue import QueueService

_STANDARD_INPUT = "-"


@on_the_queue
async def enqueue(queue: QueueService, options: Namespace) -> int:
    """Put one job in, and follow it to its end if that was asked for."""
    payload = read_json(_text(options.payload))
    if not isinstance(payload, dict):
        raise InvalidPayload(options.name, (Fault("$", f"expected an object, got {type(payload).__name__}"),))
    given = EnqueueOptions(delay=timedelta(seconds=options.delay), priority=options.priority, id=options.id)
    receipt = await queue.enqueue(options.name, payload, **given)
    if options.wait is not None:
        return await follow(queue, receipt.id, options.wait, json=options.json)
    if options.json:
        print(document(views.receipt(receipt) | {"created": receipt.created}))
    else:
        already = "" if receipt.created else " (this id was there already; nothing was changed)"
        print(f"{receipt.id} {receipt.state.value if receipt.state else 'deleted'}{already}")
    return Exit.OK


@on_the_queue
async def cancel(queue: QueueService, options: Namespace) -> int:
    """Cancel a job that has not begun."""
    return _told(options, (await queue.cancel(options.id)).value)


@on_the_queue
async def replay(queue: QueueService, options: Namespace) -> int:
    """Make a job that has ended badly ready again."""
    return _told(options, (await queue.replay(options.id)).value)


def _told(options: Namespace, state: str) -> int:
    if options.json:
        print(document({"id": options.id, "state": state}))
    else:
        print(f"{options.id} {state}")
    return Exit.OK


def _text(given: str) -> bytes:
    if given == _STANDARD_INPUT:
        return sys.stdin.buffer.read()
    return given.encode("utf-8", "surrogateescape")
