"""What a consumer logs: each line once, as text or as JSON, at the level and in the place that was asked for."""

import json
from pathlib import Path

from jobdefs import TestJob
from tests.consumer.conftest import StartConsumer
from tests.support.jobs import Jobs
from tests.support.shop.jobs import Add, Fail

PROOF = "TEST_JOB processed successfully with data: {'message': 'hello', 'number': 0}"


def test_lines_of_huey(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """Huey's own lines come once each, without a line for every job."""
    running = start_consumer("-n")
    job = jobs.run(Add(1, 1))
    running.stop()
    for words in ("Huey consumer started with 1 thread", "+ TEST_JOB", "Shutting down gracefully", "Consumer exiting"):
        assert len(running.logged(words)) == 1
    assert running.logged(job.id) == []


def test_json(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """With JOBS_LOG_FORMAT=json each line is an object, and those of an attempt carry its job."""
    running = start_consumer("-n", JOBS_LOG_FORMAT="json")
    job, failed = jobs.run(TestJob(message="hello")), jobs.run(Fail("refuse"))
    running.says(failed.id)
    lines = [json.loads(line) for line in running.lines]
    [line] = [line for line in lines if line["message"] == PROOF]
    assert {name: line[name] for name in ("job_id", "job_name", "queue", "attempt", "level")} == {
        "job_id": job.id,
        "job_name": "TEST_JOB",
        "queue": "default",
        "attempt": 1,
        "level": "INFO",
    }
    [line] = [line for line in lines if line.get("job_id") == failed.id and "exception" in line]
    assert "NotRetryable: never" in line["exception"]


def test_quiet(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """-q leaves warnings and errors."""
    running = start_consumer("-n", "-q")
    jobs.run(TestJob(message="hello"))
    failed = jobs.run(Fail("refuse"))
    assert failed.id in running.says("ERROR")
    running.stop()
    assert not running.logged("INFO")


def test_verbose(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """-v shows Huey's two lines of every job, once each, and more."""
    running = start_consumer("-n", "-v")
    job = jobs.run(TestJob(message="hello"))
    running.stop()
    for words in ("Executing", "executed in", "processed successfully"):
        assert len(running.logged(words, job.id)) == 1
    assert running.logged("DEBUG")


def test_file(start_consumer: StartConsumer, jobs: Jobs, tmp_path: Path) -> None:
    """-l writes to a file, and nothing anywhere else."""
    file = tmp_path / "consumer.log"
    running = start_consumer("-n", "-l", str(file))
    jobs.run(TestJob(message="hello"))
    running.stop()
    assert file.read_text().count(PROOF) == 1
    assert file.read_text().count("Huey consumer started") == 1
    assert running.lines == []


def test_level(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """JOBS_LOG_LEVEL sets the level where neither -q nor -v does."""
    running = start_consumer("-n", JOBS_LOG_LEVEL="ERROR")
    jobs.run(TestJob(message="hello"))
    running.stop()
    assert running.lines == []
