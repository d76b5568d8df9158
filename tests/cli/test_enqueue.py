import json
from datetime import datetime, timedelta, timezone

import pytest

from jobdefs.clock import to_epoch_ms
from service.idempotency import job_id as ik
from tests.cli.conftest import Jobs

GOOD = '{"message": "hello"}'


def test_enqueue_prints_the_id_and_the_state(jobs: Jobs) -> None:
    """What `aiohttp-huey enqueue` prints can be given to `aiohttp-huey show`."""
    done = jobs("enqueue", "TEST_JOB", GOOD)

    job_id, state = done.out.split()
    assert (done.code, state) == (0, "ready")
    assert jobs("show", job_id).code == 0


def test_enqueue_takes_every_option(jobs: Jobs) -> None:
    """Delay, priority and id arrive at the job."""
    done = jobs("enqueue", "TEST_JOB", GOOD, "--delay", "90", "--priority", "7", "--id", "mine", "--json")

    assert (done.code, json.loads(done.out)["state"]) == (0, "scheduled")
    shown = json.loads(jobs("show", "mine", "--json").out)
    assert (shown["priority"], shown["due_at_ms"] - shown["enqueued_at_ms"]) == (7, 90_000)


def test_enqueue_takes_a_moment_an_expiry_and_a_number_of_attempts(jobs: Jobs) -> None:
    """The job is due at the moment, by whatever zone it was told in, and has the expiry and the attempts."""
    at = datetime.now(timezone(timedelta(hours=2))).replace(microsecond=0) + timedelta(hours=1)
    rest = ("--expires-in", "7200.5", "--attempts", "9", "--id", "mine")
    done = jobs("enqueue", "TEST_JOB", GOOD, "--at", at.isoformat().lower(), *rest)

    assert (done.code, done.out) == (0, "mine scheduled\n")
    shown = json.loads(jobs("show", "mine", "--json").out)
    assert (shown["due_at_ms"], shown["expires_in_ms"]) == (to_epoch_ms(at), 7_200_500)
    assert shown["attempts"]["limit"] == 9


@pytest.mark.parametrize("moment", ["2000-02-29T12:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_moment_that_has_passed_is_now(jobs: Jobs, moment: str) -> None:
    """A job that was due in the past is ready at once."""
    assert jobs("enqueue", "TEST_JOB", GOOD, "--at", moment).out.endswith(" ready\n")


def test_a_level_that_is_not_reached_is_told(jobs: Jobs) -> None:
    """A job that cannot be as safe as asked for is not put in, and the line says what to change."""
    done = jobs("enqueue", "TEST_JOB", GOOD, "--durability", "replica:1", "--id", "unsafe")

    assert (done.code, done.out) == (4, "")
    assert "replica:1 was asked for" in done.err
    assert jobs("show", "unsafe").code == 6


def test_enqueue_reads_standard_input(jobs: Jobs) -> None:
    """A payload too long for a command line comes through standard input."""
    assert jobs("enqueue", "TEST_JOB", "-", "--id", "piped", stdin='{"message": "\\u00e4"}').code == 0
    assert json.loads(jobs("show", "piped", "--json").out)["payload"] == {"message": "ä", "number": 0}


@pytest.mark.parametrize("identity", [("--id", "once"), ("--idempotency-key", "any-text?")])
def test_enqueuing_the_same_again_changes_nothing_and_says_so(jobs: Jobs, identity: tuple[str, str]) -> None:
    """The same id or key makes the same job, and a repeat is no error; another job under it is refused."""
    job_id = jobs("enqueue", "TEST_JOB", GOOD, *identity).out.split()[0]
    again = jobs("enqueue", "TEST_JOB", GOOD, *identity)
    other = jobs("enqueue", "TEST_JOB", GOOD, *identity, "--delay", "60")

    assert (again.code, again.out) == (0, f"{job_id} ready (this id was there already; nothing was changed)\n")
    assert (other.code, other.out) == (7, "")
    assert other.err.startswith(
        f"aiohttp-huey: Job {job_id} was enqueued with this id or idempotency key, but by another"
    )


def test_a_key_is_the_same_here_and_over_http(jobs: Jobs) -> None:
    """The id that a key stands for is the one that the header of the service makes."""
    assert jobs("enqueue", "TEST_JOB", GOOD, "--idempotency-key", "a").out.split()[0] == ik("a")


def test_a_unique_job_is_put_in_once_and_the_next_one_is_told_of_it(jobs: Jobs) -> None:
    """While a job holds its unique key, another one is not put in, and the id printed is that of the first."""
    unique = ("--unique-key", "order 7", "--unique-until", "started")
    job_id = jobs("enqueue", "TEST_JOB", GOOD, *unique).out.split()[0]
    again = jobs("enqueue", "TEST_JOB", GOOD, *unique)
    refused = jobs("enqueue", "TEST_JOB", GOOD, *unique, "--on-conflict", "error")
    shown = json.loads(jobs("enqueue", "TEST_JOB", GOOD, *unique, "--json").out)

    assert (again.code, again.out) == (0, f"{job_id} ready (this job holds the unique key; nothing was put in)\n")
    assert (refused.code, refused.out) == (7, "")
    assert refused.err.startswith(f"aiohttp-huey: The unique key 'order 7' is held by job {job_id};")
    assert (shown["id"], shown["created"], shown["state"]) == (job_id, False, "ready")


def test_a_unique_job_can_hold_its_key_for_a_window(jobs: Jobs) -> None:
    """With --unique-for the key stays taken though the job was cancelled, and with replace the next one is put in."""
    unique = ("--unique-key", "a", "--unique-for", "60")
    job_id = jobs("enqueue", "TEST_JOB", GOOD, *unique).out.split()[0]
    replacing = jobs("enqueue", "TEST_JOB", GOOD, *unique, "--on-conflict", "replace")
    jobs("cancel", replacing.out.split()[0])

    assert jobs("enqueue", "TEST_JOB", GOOD, *unique).out.split()[:2] == [replacing.out.split()[0], "cancelled"]
    assert json.loads(jobs("show", job_id, "--json").out)["state"] == "cancelled"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("TEST_JOBS", GOOD), 6, "aiohttp-huey: No job is named 'TEST_JOBS'. Did you mean TEST_JOB?"),
        (("TEST_JOB", "{"), 7, "aiohttp-huey: The payload cannot be accepted: not JSON: "),
        (("TEST_JOB", "nojson"), 7, "aiohttp-huey: The payload cannot be accepted: not JSON: "),
        (("TEST_JOB", "-"), 7, "aiohttp-huey: The payload cannot be accepted: it is empty."),
        (("TEST_JOB", '{"message": NaN}'), 7, "aiohttp-huey: The payload cannot be accepted: NaN is no JSON number."),
        (("TEST_JOB", "[1]"), 7, "aiohttp-huey: The payload does not fit TEST_JOB: $: expected an object"),
        (
            ("TEST_JOB", '{"message": 5, "number": "1", "more": 0}'),
            7,
            (
                "aiohttp-huey: The payload does not fit TEST_JOB: $.message: expected a string, got an integer; "
                "$.number: expected an integer, got a string; $.more: unknown field."
            ),
        ),
        (("TEST_JOB", GOOD, "--priority", "10"), 7, "aiohttp-huey: priority: must be an integer from 0 to 9."),
        (("TEST_JOB", GOOD, "--attempts", "10000"), 7, "aiohttp-huey: attempts: must be an integer from 1 to 9999."),
        (("TEST_JOB", GOOD, "--expires-in", "0"), 7, "aiohttp-huey: expires_in: must be more than 0 and at most"),
        (
            ("TEST_JOB", GOOD, "--at", "9999-12-31T23:59:59-14:00"),
            7,
            "aiohttp-huey: run_at: must be at most 3,650 days ahead.",
        ),
        (("TEST_JOB", GOOD, "--id", "no good"), 7, "aiohttp-huey: id: "),
        (("TEST_JOB", GOOD, "--idempotency-key", "no good"), 7, "aiohttp-huey: Idempotency-Key: must have 1 to 255"),
        (("TEST_JOB", GOOD, "--unique-key", ""), 7, "aiohttp-huey: unique_key: must have 1 to 200 printable"),
        (
            ("TEST_JOB", GOOD, "--on-conflict", "error"),
            7,
            "aiohttp-huey: unique_key: is missing; TEST_JOB is not unique",
        ),
    ],
)
def test_what_cannot_be_enqueued_is_told_in_one_line(
    jobs: Jobs, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """A refused enqueue says why, has its exit code, and puts nothing in."""
    done = jobs("enqueue", *arguments)

    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(said)
    assert done.err.count("\n") == 1
    assert jobs("list").out == "no jobs\n"
