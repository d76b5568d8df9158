"""Inspection: looking at jobs and counting them."""

from datetime import timedelta
from typing import Any

import pytest

from jobdefs.errors import InvalidOption
from jobdefs.record import QueueCounts
from jobdefs.state import State
from jobdefs.storage import keys
from jobdefs.storage.contract import KeySpace, Outcome, Page
from tests.support.stage import LEASE, MILLISECOND, SECOND, START_MS, Stage, ending, new_job

HOUR = timedelta(hours=1)


def page(stage: Stage, **filters: Any) -> Page:
    options = {"state": None, "queue": "", "name": "", "cursor": None, "limit": 100} | filters
    found: Page = stage.send(stage.inspection.page(**options))
    return found


def listed(stage: Stage, **filters: Any) -> list[str]:
    """Return the ids of all pages, one after another."""
    ids: list[str] = []
    cursor = None
    while True:
        found = page(stage, cursor=cursor, **filters)
        ids += [job.id for job in found.jobs]
        cursor = found.cursor
        if cursor is None:
            return ids


@pytest.fixture
def crowd(stage: Stage) -> Stage:
    """Jobs in every state, in two queues and of two names."""
    stage.submit("suspect", name="X")
    for _ in range(2):
        stage.claim_one(holder="vanishing")
        stage.wait(LEASE)
    stage.submit("succeeded", "dead", "cancelled", "expired", "parked", "running", name="X")
    *claims, _ = stage.claim(6)
    for claim in claims:
        stage.settle(claim, Outcome(claim.id), keep=HOUR)
    stage.submit("ready", "ready2", queue="mail", name="Y")
    stage.submit("scheduled", delay=2 * SECOND)
    stage.submit("scheduled2", delay=SECOND)
    return stage


FINALS = ["succeeded", "dead", "cancelled", "expired"]
ALL = ["scheduled2", "scheduled", "ready", "ready2", "running", "suspect", "parked", *FINALS]


def test_everything_is_listed_in_order(crowd: Stage) -> None:
    """Waiting jobs come first, in the order of their claims, then running, suspect, parked and finished ones."""
    assert listed(crowd) == ALL
    assert [job.state.value for job in page(crowd).jobs][2:] == ["ready", "ready", *ALL[4:]]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_join_without_gaps(crowd: Stage, limit: int) -> None:
    """Pages of any size, one after another, give each job once, in the same order."""
    assert listed(crowd, limit=limit) == ALL
    assert len(page(crowd, limit=limit).jobs) == limit


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"state": State.SCHEDULED}, ["scheduled2", "scheduled"]),
        ({"state": State.READY}, ["ready", "ready2"]),
        ({"state": State.SUSPECT}, ["suspect"]),
        ({"state": State.PARKED}, ["parked"]),
        ({"state": State.DEAD}, ["dead"]),
        ({"queue": "mail"}, ["ready", "ready2"]),
        ({"name": "X"}, ["running", "suspect", "parked", *FINALS]),
        ({"name": "X", "state": State.RUNNING}, ["running"]),
        ({"name": "X", "queue": "mail"}, []),
        ({"queue": "none"}, []),
        ({"name": "none"}, []),
    ],
)
def test_filters(crowd: Stage, filters: dict[str, Any], expected: list[str]) -> None:
    """State, queue and name narrow the list, alone and together, with the same order and on pages of any size."""
    assert listed(crowd, **filters) == listed(crowd, limit=1, **filters) == expected


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.PARKED])
def test_the_newest_comes_first(stage: Stage, outcome: Outcome) -> None:
    """Of finished jobs with one retention, and of parked ones, the last to get there comes first."""
    stage.submit("a", "b", "c")
    for claim in stage.claim(3):
        stage.wait(SECOND)
        stage.settle(claim, outcome, keep=HOUR)
    assert listed(stage) == listed(stage, limit=1) == ["c", "b", "a"]


def test_a_cursor_outlives_its_job(stage: Stage) -> None:
    """When jobs leave between two pages, the next page goes on where they stood: nobody is passed over."""
    stage.submit(*"abcdef")
    first = page(stage, limit=3)
    stage.claim(2)
    stage.send(stage.submission.cancel("c", keep=HOUR))
    second = page(stage, state=None, limit=9, cursor=first.cursor)
    assert [job.id for job in second.jobs][:3] == ["d", "e", "f"]


def test_a_cursor_outlives_its_finished_job(stage: Stage) -> None:
    """The same holds for lists that come newest first, when the last job of a page is replayed."""
    stage.submit(*"abcdef")
    for claim in stage.claim(6):
        stage.wait(SECOND)
        stage.settle(claim, Outcome.DEAD, keep=HOUR)
    first = page(stage, state=State.DEAD, limit=2)
    stage.send(stage.submission.replay("e"))
    second = page(stage, state=State.DEAD, limit=2, cursor=first.cursor)
    assert [[job.id for job in found.jobs] for found in (first, second)] == [["f", "e"], ["d", "c"]]


def test_a_cursor_stays_when_its_job_moves(stage: Stage) -> None:
    """While leases are extended between two pages of running jobs, none of those not seen yet is passed over."""
    stage.submit(*"abcd")
    claims = []
    for _ in range(4):
        claims.append(stage.claim_one())
        stage.wait(MILLISECOND)
    first = page(stage, state=State.RUNNING, limit=2)
    assert [job.id for job in first.jobs] == ["a", "b"]
    stage.wait(SECOND)
    stage.beat(claims[1])
    second = page(stage, state=State.RUNNING, limit=2, cursor=first.cursor)
    assert [job.id for job in second.jobs] == ["c", "d"]


def test_a_cursor_stays_when_a_queue_appears(stage: Stage) -> None:
    """A queue that is new between two pages does not shift the place in another."""
    stage.submit("m1", "m2", "m3", queue="mail")
    first = page(stage, limit=1)
    stage.submit("a", queue="another")
    second = page(stage, cursor=first.cursor)
    assert [job.id for job in second.jobs] == ["m2", "m3"]


def test_a_search_that_finds_little_is_bounded(stage: Stage) -> None:
    """One page looks at 2,000 jobs at most; where few fit, it comes short and the next one goes on."""
    stage.submit(*(f"j{number}" for number in range(2_500)), name="COMMON")
    stage.submit("rare", name="RARE")
    first = page(stage, name="RARE", limit=10)
    assert (first.jobs, first.cursor is None) == ((), False)
    second = page(stage, name="RARE", limit=10, cursor=first.cursor)
    assert ([job.id for job in second.jobs], second.cursor) == (["rare"], None)


@pytest.mark.parametrize("cursor", ["", "x", "é", "AAAA", "bGVhc2VzIHNvb24gYQ==", "bGVhc2VzIG5hbiBhYg=="])
def test_a_strange_cursor_is_refused(stage: Stage, cursor: str) -> None:
    """A cursor that no page gave is an error that says what to do."""
    with pytest.raises(InvalidOption, match="cursor: no page gave this cursor; begin again without one"):
        page(stage, cursor=cursor)


def test_an_unknown_job_is_not_found(stage: Stage) -> None:
    """Where there is no such job, find says so, and looking makes nothing."""
    assert stage.send(stage.inspection.find("none")) is None
    assert (listed(stage), stage.send(stage.inspection.queues()), stage.dump()) == ([], (), {})


def test_queues_are_counted(crowd: Stage) -> None:
    """Each queue is counted by itself: ready, scheduled and running jobs, and suspects; finished ones are not."""
    assert crowd.send(crowd.inspection.queues()) == (
        QueueCounts(name="default", ready=0, scheduled=2, running=1, suspect=1, oldest_ready_ms=None),
        QueueCounts(name="mail", ready=2, scheduled=0, running=0, suspect=0, oldest_ready_ms=0),
    )


def test_queues_come_by_name(stage: Stage) -> None:
    """Queues are told in the order of their names."""
    for queue in ("b", "c", "a"):
        stage.submit(f"in-{queue}", queue=queue)
    assert [counts.name for counts in stage.send(stage.inspection.queues())] == ["a", "b", "c"]
    assert listed(stage) == ["in-a", "in-b", "in-c"]


def test_the_oldest_ready_job_is_found_across_priorities(stage: Stage) -> None:
    """The age is that of the job that has been ready for longest, whatever its priority, to the millisecond."""
    stage.submit("old", priority=0)
    stage.wait(1500 * MILLISECOND)
    stage.submit("young", priority=9)
    stage.submit("delayed", delay=250 * MILLISECOND)
    stage.wait(250 * MILLISECOND)
    ages = []
    for _ in range(3):
        ages.append(stage.send(stage.inspection.queues())[0].oldest_ready_ms)
        stage.send(stage.submission.cancel(("old", "young", "none")[len(ages) - 1], keep=HOUR))
        stage.exchange()
    assert ages == [1750, 250, 0]


def test_the_key_space_is_opened_once(stage: Stage) -> None:
    """The first to open a key space gives it its epoch; everybody later finds that, the schema and the store's time."""
    assert stage.send(stage.inspection.open("first")) == KeySpace(keys.SCHEMA, "first", START_MS)
    stage.wait(SECOND)
    assert stage.send(stage.inspection.open("second")) == KeySpace(keys.SCHEMA, "first", START_MS + 1_000)


def test_a_newer_key_space_is_told(stage: Stage) -> None:
    """The schema version of a newer program is found and left alone, so that an older one can refuse it."""
    stage.client.hset(stage.key("meta"), "schema", "99")
    assert stage.send(stage.inspection.open("e")).schema == 99
    assert stage.client.hget(stage.key("meta"), "schema") == b"99"


def test_a_large_job_is_read_whole(stage: Stage) -> None:
    """A payload and a result of the largest size come back byte for byte."""
    large = b'"' + b"x" * (256 * 1024 - 2) + b'"'
    stage.submit_all([new_job("a", payload=large)])
    stage.exchange(ending(stage.claim_one(), result=large))
    record = stage.find("a")
    assert record.envelope is not None
    assert (record.envelope.payload, record.result) == (large, large)


def test_a_page_of_large_jobs(stage: Stage) -> None:
    """A page ends where its envelopes have more than a MiB, and the pages behind it have the rest."""
    stage.submit_all([new_job(f"job-{number}", payload=b'"%b"' % (b"x" * 200_000)) for number in range(20)])
    first = page(stage)
    assert (len(first.jobs), first.cursor is None) == (6, False)
    assert len(listed(stage)) == 20
