import json
from collections.abc import Callable

import redis

from jobdefs.storage.contract import Claim, Outcome, Settlement
from tests.cli.conftest import Jobs

Claiming = Callable[[], Claim]
Settling = Callable[[Settlement], None]


def enqueue(jobs: Jobs, job_id: str, *options: str) -> None:
    assert jobs("enqueue", "TEST_JOB", '{"message": "hello"}', "--id", job_id, *options).code == 0


def test_show_tells_the_story_of_a_dead_job(jobs: Jobs, claim: Claiming, settle: Settling) -> None:
    """`aiohttp-huey show` prints payload, state, failures, events, and the error with its traceback."""
    enqueue(jobs, "bad")
    error = json.dumps({"type": "ValueError", "message": "boom\x1b[2J", "traceback": "Traceback:\n  here"}).encode()
    settle(Settlement(id="bad", token=claim().token, outcome=Outcome.DEAD, failures=1, error=error))

    shown = jobs("show", "bad").out

    for line in (
        "state     dead",
        "failures  1",
        "error     ValueError: boom\\x1b[2J",
        '    "message": "hello",',
        "traceback",
        "    here",
    ):
        assert f"{line}\n" in shown
    assert [line.split()[2] for line in shown.split("events\n")[1].splitlines()[1:4]] == ["enqueued", "running", "dead"]


def test_show_tells_the_result(jobs: Jobs, claim: Claiming, settle: Settling) -> None:
    """`aiohttp-huey show` prints what the handler returned, for people and for programs."""
    enqueue(jobs, "good")
    settle(Settlement(id="good", token=claim().token, outcome=Outcome.SUCCEEDED, result=b'{"sum":[1]}'))

    assert '\nresult\n  {\n    "sum": [\n      1\n    ]\n  }\n' in jobs("show", "good").out
    assert json.loads(jobs("show", "good", "--json").out)["result"] == {"sum": [1]}


def test_show_tells_of_bytes_that_cannot_be_read(jobs: Jobs, claim: Claiming, settle: Settling) -> None:
    """A parked job is shown with the reason."""
    enqueue(jobs, "odd")
    settle(Settlement(id="odd", token=claim().token, outcome=Outcome.PARKED, detail="no handler"))

    assert "state     parked: no handler\n" in jobs("show", "odd").out


def test_list_is_a_table_with_filters(jobs: Jobs) -> None:
    """`jobs list` prints one line per job, only those asked for."""
    enqueue(jobs, "now")
    enqueue(jobs, "later", "--delay", "60")

    everything = jobs("list").out.splitlines()
    scheduled = jobs("list", "--state", "scheduled", "--queue", "default", "--name", "TEST_JOB").out.splitlines()

    assert everything[0].split() == ["ID", "NAME", "QUEUE", "STATE", "FAILURES", "SINCE"]
    assert sorted(line.split()[0] for line in everything[1:]) == ["later", "now"]
    assert [line.split()[:4] for line in scheduled[1:]] == [["later", "TEST_JOB", "default", "scheduled"]]
    assert jobs("list", "--queue", "other").out == jobs("list", "--state", "suspect").out == "no jobs\n"


def test_list_goes_on_where_it_ended(jobs: Jobs) -> None:
    """A short list says how to see the rest, and the rest is the rest."""
    for name in ("a", "b", "c"):
        enqueue(jobs, name)

    *_, hint = jobs("list", "--limit", "2").out.splitlines()
    rest = json.loads(jobs("list", "--json", "--cursor", hint.split()[-1]).out)

    assert hint.startswith("there are more: add --cursor ")
    assert ([job["id"] for job in rest["jobs"]], rest["cursor"]) == (["c"], None)


def test_queues_counts_what_waits_and_runs(jobs: Jobs, claim: Claiming) -> None:
    """`jobs queues` prints a line of numbers per queue."""
    assert jobs("queues").out == "no queues yet\n"
    enqueue(jobs, "a")
    enqueue(jobs, "b")
    enqueue(jobs, "c", "--delay", "60")
    claim()

    heads, counts, *_ = jobs("queues").out.splitlines()
    assert heads.split()[:5] == ["QUEUE", "READY", "SCHEDULED", "RUNNING", "SUSPECT"]
    assert counts.split()[:5] == ["default", "1", "1", "1", "0"]
    assert json.loads(jobs("queues", "--json").out)["queues"][0]["ready"] == 1


def test_definitions_needs_no_server(jobs: Jobs) -> None:
    """`aiohttp-huey definitions` prints what can be enqueued, also while the store is away."""
    done = jobs("definitions", REDIS_URL="redis://127.0.0.1:1/0")
    known = json.loads(jobs("definitions", "--json").out)["definitions"]

    assert done.out.splitlines()[1].split()[:5] == ["TEST_JOB", "1", "default", "0", "3"]
    assert known[0]["schema"]["required"] == ["message"]


def test_cancel_and_replay_move_a_job(jobs: Jobs) -> None:
    """A waiting job can be cancelled, a cancelled one replayed, and what cannot be is refused with the reason."""
    enqueue(jobs, "moved")

    # The second time may be the repeat of a command whose answer got lost.
    assert [jobs("cancel", "moved").out for _ in range(2)] == ["moved cancelled\n"] * 2
    assert json.loads(jobs("replay", "moved", "--json").out) == {"id": "moved", "state": "ready"}
    again = jobs("replay", "moved")
    assert (again.code, again.err) == (
        7,
        "aiohttp-huey: Job moved is ready; replay works only while it is dead or cancelled or expired or parked.\n",
    )


def test_cancelling_a_job_that_runs_says_what_follows(jobs: Jobs, claim: Claiming) -> None:
    """A running job is not cancelled at once, and `jobs cancel` says so."""
    enqueue(jobs, "busy")
    claim()

    assert (
        jobs("cancel", "busy").out
        == "busy running (asked: its consumer hears of it at once, with its next beat at the latest)\n"
    )
    assert json.loads(jobs("cancel", "busy", "--json").out) == {"id": "busy", "state": "running"}


def test_a_replay_says_who_holds_the_key(jobs: Jobs) -> None:
    """A job whose unique key is taken by now is not replayed, and the error names the other job."""
    enqueue(jobs, "first", "--unique-key", "a")
    jobs("cancel", "first")
    enqueue(jobs, "second", "--unique-key", "a")
    done = jobs("replay", "first")

    assert (done.code, done.err.startswith("aiohttp-huey: Its unique key is held by job second;")) == (7, True)


def test_an_unknown_id_is_told(jobs: Jobs) -> None:
    """Each command that wants an id says when there is no such job."""
    for command in ("show", "cancel", "replay"):
        done = jobs(command, "nobody")
        assert (done.code, done.err.startswith("aiohttp-huey: No job has the id 'nobody'")) == (6, True)


def test_a_job_of_another_producer_is_shown_whatever_it_holds(
    jobs: Jobs, redis_url: str, claim: Claiming, settle: Settling
) -> None:
    """Stored bytes that are no job do not break the commands that look."""
    enqueue(jobs, "odd")
    with redis.Redis.from_url(redis_url) as client:
        (key,) = [key for key in client.scan_iter("*odd*") if client.type(key) == b"string"]
        client.set(key, client.get(key)[:-9] + b"\xff\x1b")
    done = jobs("show", "odd")

    assert done.code == 0
    assert "stored bytes, which cannot be read" in done.out
