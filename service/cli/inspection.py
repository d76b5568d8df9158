"""The commands that look: show, list, queues, definitions."""

from argparse import Namespace
from collections.abc import Iterator

from jobdefs.policy import MAX_PAGE
from jobdefs.record import JobRecord, Ledger
from jobdefs.runtime.exits import Exit
from jobdefs.state import State
from jobdefs.storage.contract import Page
from service import views
from service.cli.portrait import portrait
from service.cli.session import on_the_queue
from service.cli.wording import age, document, duration, now_ms, table
from service.queue import QueueService


@on_the_queue
async def show(queue: QueueService, options: Namespace) -> int:
    """Print everything about one job."""
    record = await queue.get(options.id)
    if options.json:
        print(document(views.whole(record, queue.attempts(record))))
    else:
        print("\n".join(portrait(record, now_ms())))
    return Exit.OK


@on_the_queue
async def list_jobs(queue: QueueService, options: Namespace) -> int:
    """Print jobs, one per line, and how to see more."""
    page = await _page(queue, options)
    if options.json:
        listed = [views.summary(record, queue.attempts(record)) for record in page.jobs]
        print(document({"jobs": listed, "cursor": page.cursor}))
        return Exit.OK
    now = now_ms()
    rows = [_row(record, now) for record in page.jobs]
    print("\n".join(table(("ID", "NAME", "QUEUE", "STATE", "FAILURES", "SINCE"), rows)) if rows else "no jobs")
    if page.cursor:
        print(f"there are more: add --cursor {page.cursor}")
    return Exit.OK


@on_the_queue
async def queues(queue: QueueService, options: Namespace) -> int:
    """Print what waits and runs in each queue, and what became of the jobs of each name."""
    counts, ledger = await queue.queues(), await queue.ledger()
    if options.json:
        print(document(views.overview(counts, ledger)))
        return Exit.OK
    rows = [
        (
            one.name,
            one.ready,
            one.scheduled,
            one.running,
            one.suspect,
            "-" if one.oldest_ready_ms is None else duration(one.oldest_ready_ms),
        )
        for one in counts
    ]
    heads = ("QUEUE", "READY", "SCHEDULED", "RUNNING", "SUSPECT", "OLDEST READY")
    print("\n".join(table(heads, rows)) if rows else "no queues yet")
    for line in _by_name(ledger):
        print(line)
    return Exit.OK


@on_the_queue
async def definitions(queue: QueueService, options: Namespace) -> int:
    """Print what can be enqueued here."""
    if options.json:
        print(document({"definitions": [views.definition(known) for known in queue.definitions()]}))
        return Exit.OK
    rows = [
        (
            known.name,
            known.version,
            known.queue,
            known.priority,
            known.retry.attempts,
            known.description.partition("\n")[0],
        )
        for known in queue.definitions()
    ]
    print("\n".join(table(("NAME", "VERSION", "QUEUE", "PRIORITY", "ATTEMPTS", "DESCRIPTION"), rows)))
    return Exit.OK


def _by_name(ledger: Ledger) -> Iterator[str]:
    columns = ("enqueued", *State)
    rows = [(entry.name, *(getattr(entry, column) for column in columns)) for entry in ledger.entries]
    if rows:
        yield ""
        yield from table(("NAME", *(column.upper() for column in columns)), rows)
    if ledger.repairs:
        yield f"repairs by the sweeper: {ledger.repairs}"
    if ledger.stale:
        yield f"ends of attempts refused since their lease was lost: {ledger.stale}"
    for fault in ledger.faults:
        yield f"the ledger is off: {fault}"


async def _page(queue: QueueService, options: Namespace) -> Page:
    # A page may hold fewer jobs than asked for and still have a next one.
    jobs: list[JobRecord] = []
    cursor: str | None = options.cursor
    while True:
        page = await queue.page(
            state=State(options.state) if options.state else None,
            queue=options.queue,
            name=options.name,
            cursor=cursor,
            limit=min(options.limit - len(jobs), MAX_PAGE),
        )
        jobs += page.jobs
        cursor = page.cursor
        if cursor is None or len(jobs) >= options.limit:
            return Page(tuple(jobs), cursor)


def _row(record: JobRecord, now: int) -> tuple[object, ...]:
    written = record.envelope
    since = record.finished_at_ms or (record.claimed_at_ms if record.state is State.RUNNING else None)
    since = since or record.due_at_ms or (written.enqueued_at_ms if written else None)
    return (
        record.id,
        written.name if written else "-",
        record.queue,
        record.state.value,
        record.failures,
        age(since, now),
    )
