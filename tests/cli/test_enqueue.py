import json

import pytest

from tests.cli.conftest import Jobs

GOOD = '{"message": "hello"}'


def test_enqueue_prints_the_id_and_the_state(jobs: Jobs) -> None:
    """What `jobs enqueue` prints can be given to `jobs show`."""
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


def test_enqueue_reads_standard_input(jobs: Jobs) -> None:
    """A payload too long for a command line comes through standard input."""
    assert jobs("enqueue", "TEST_JOB", "-", "--id", "piped", stdin='{"message": "\\u00e4"}').code == 0
    assert json.loads(jobs("show", "piped", "--json").out)["payload"] == {"message": "ä", "number": 0}


def test_enqueuing_an_id_again_changes_nothing_and_says_so(jobs: Jobs) -> None:
    """The same id makes the same job; a repeat is no error."""
    jobs("enqueue", "TEST_JOB", GOOD, "--id", "once")
    done = jobs("enqueue", "TEST_JOB", GOOD, "--id", "once", "--delay", "60")

    assert (done.code, done.out) == (0, "once ready (this id was there already; nothing was changed)\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("TEST_JOBS", GOOD), 6, "aiohttp-huey: No job is named 'TEST_JOBS'. Did you mean TEST_JOB?"),
        (("TEST_JOB", "{"), 7, "aiohttp-huey: The body cannot be accepted: not JSON: "),
        (("TEST_JOB", '{"message": NaN}'), 7, "aiohttp-huey: The body cannot be accepted: NaN is no JSON number."),
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
        (("TEST_JOB", GOOD, "--id", "no good"), 7, "aiohttp-huey: id: "),
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
