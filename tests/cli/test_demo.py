import signal
import socket
from pathlib import Path

from tests.cli.conftest import Jobs, alive


def test_demo_runs_a_job_and_shows_where_to_look(alone: Jobs, tmp_path: Path) -> None:
    """`aiohttp-huey demo --exit` sends a job through HTTP, store and consumer, tells it all, and leaves nothing."""
    done = alone("demo", "--exit", "--port", "0")

    assert done.code == 0, done.out + done.err
    for line in (
        "succeeded; the round trip took ",
        'the handler\'s result: {"message": "hello from jobs demo", "number": 42}\n',
        "Where to look next:\n",
    ):
        assert line in done.out
    assert "TEST_JOB processed successfully with data: " in done.err
    assert alive(tmp_path) == []


def test_demo_goes_on_and_its_hints_work(alone: Jobs) -> None:
    """Without --exit everything stays up, and the printed commands work in a second terminal."""
    running = alone.start("demo", "--port", "0")
    told = running.says("Ctrl-C stops everything in order.")
    (hint,) = [line for line in told.splitlines() if "aiohttp-huey show " in line]

    assert "state     succeeded\n" in alone(*hint.split()[1:3]).out
    assert running.ends(signal.SIGINT) == 0


def test_demo_takes_another_port_if_its_own_is_taken(alone: Jobs) -> None:
    """A program on the usual port is no obstacle to a first look."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        done = alone("demo", "--exit", JOBS_PORT=str(taken))

    assert done.code == 0, done.out + done.err
    assert f":{taken}/" not in done.out


def test_demo_works_beside_up_and_with_a_token(alone: Jobs) -> None:
    """Where `aiohttp-huey up` runs already its server is used; a token is sent where one is wanted."""
    running = alone.start("up", "--port", "0")
    running.says("Up and ready")
    done = alone("demo", "--exit", "--port", "0", JOBS_TOKEN="open sesame")

    assert done.code == 0, done.out + done.err
    assert '-H "Authorization: Bearer $JOBS_TOKEN"' in done.out
    assert running.ends(signal.SIGINT) == 0


def test_a_demo_whose_job_did_not_succeed_shows_no_result(alone: Jobs) -> None:
    """A job that ended otherwise is told by its state, never as a handler's result, and the exit code says so."""
    running = alone.start("demo", "--exit", "--port", "0", JOBS_QUEUES="another")
    told = running.says("which is ready (1 s)")
    alone("cancel", told.rpartition("waiting for ")[2].partition(",")[0])

    assert "the handler's result" not in running.says("\ncancelled; the round trip took ")
    assert running.ends() == 1


def test_a_demo_whose_job_has_not_ended_is_no_success(alone: Jobs, tmp_path: Path) -> None:
    """While the job waits that is said; interrupted, the exit code tells that it did not succeed."""
    running = alone.start("demo", "--exit", "--port", "0", JOBS_QUEUES="another")
    running.says("which is ready (1 s)")

    assert running.ends(signal.SIGINT) == 130
    assert alive(tmp_path) == []
