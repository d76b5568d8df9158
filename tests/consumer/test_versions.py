"""Payloads of other versions: older ones are upgraded when claimed, newer ones wait for a consumer that knows them."""

import json
from types import ModuleType

import attrs
import pytest

from consumer import abilities
from consumer.factory import WorkerFactory
from consumer.huey_bridge import writing
from consumer.settings import ConsumerSettings
from jobdefs import Definition, State, load_catalog
from jobdefs.record import JobRecord
from jobdefs.storage.contract import Outcome, Settlement
from jobdefs.storage.execution import ExecutionCalls
from jobdefs.wire import envelope, schema
from tests.consumer.conftest import StartConsumer
from tests.support.builds import flawed, newer, newest, older
from tests.support.consumers import RunningConsumer
from tests.support.definitions import defined
from tests.support.jobs import NAMESPACE, Jobs
from tests.support.waiting import eventually

IN_EUROS = (1, b'{"euros":5}')
IN_CENTS = (2, b'{"cents":500}')
WITH_CURRENCY = (3, b'{"cents":500,"currency":"CHF"}')


def start(start_consumer: StartConsumer, build: ModuleType) -> RunningConsumer:
    """Start a consumer of a build."""
    name = build.__name__
    return start_consumer("-w", "2", JOBS_MODULES=name, JOBS_HANDLERS=name)


def put(jobs: Jobs, version: int, payload: bytes) -> str:
    return jobs.put_raw("PRICED", payload, version=version)


def parked(jobs: Jobs, job_id: str) -> JobRecord:
    job = jobs.ended(job_id)
    assert (job.state, job.failures, job.lost) == (State.PARKED, 0, 0)
    return job


def run_by(jobs: Jobs, job_id: str) -> str:
    """Wait until a job has succeeded, parked or not meanwhile, and return what its handler said."""
    eventually(lambda: jobs.state(job_id) is State.SUCCEEDED, what=f"the success of {job_id}")
    job = jobs.find(job_id)
    assert job is not None
    assert (job.failures, job.lost) == (0, 0)
    return str(json.loads(job.result or b""))


@pytest.mark.parametrize("kind", ["thread", "process"])
def test_an_old_payload_is_upgraded_at_its_claim(start_consumer: StartConsumer, jobs: Jobs, kind: str) -> None:
    """A payload of any older version reaches the handler in the present one, and stays stored as it was."""
    start_consumer("-k", kind, JOBS_MODULES=newest.__name__, JOBS_HANDLERS=newest.__name__)
    old, middle, new = (put(jobs, *each) for each in (IN_EUROS, IN_CENTS, WITH_CURRENCY))
    assert run_by(jobs, old) == run_by(jobs, middle) == "newest: 500 cents EUR"
    assert run_by(jobs, new) == "newest: 500 cents CHF"
    job = jobs.find(old)
    assert job is not None
    assert job.envelope is not None
    assert (job.envelope.version, job.envelope.payload) == IN_EUROS


def test_a_newer_payload_waits_for_a_consumer_that_knows_it(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """It is parked with both versions and what to do, once, and runs as soon as such a consumer is there."""
    consumer = start(start_consumer, older)
    job_id = put(jobs, *IN_CENTS)
    assert parked(jobs, job_id).reason == (
        "The payload has version 2 of PRICED, and this program knows version 1; deploy a consumer that knows version "
        "2, which then gets the job."
    )
    start(start_consumer, newer)
    assert run_by(jobs, job_id) == "newer: 500 cents"
    assert len(consumer.logged(job_id, "parked")) == 1


def test_what_a_program_from_before_versions_could_not_read(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A job that was parked as unreadable by a program that knows no versions is taken by one that does."""
    job_id = put(jobs, *IN_CENTS)
    calls = ExecutionCalls(NAMESPACE)
    jobs.store.send(calls.announce(abilities={"": "v1", "PRICED": "d"}, holder="before"))
    jobs.store.send(calls.exchange(queues=["default"], want=1, token="t", holder="before"))
    unreadable = Settlement(id=job_id, token="t", outcome=Outcome.PARKED, detail="an unknown field", kind="v1:")
    jobs.store.send(calls.exchange(queues=[], want=0, token="u", settlements=[unreadable], holder="before"))
    parked(jobs, job_id)
    start(start_consumer, newer)
    assert run_by(jobs, job_id) == "newer: 500 cents"


def test_a_failing_upgrade_parks_the_job_for_a_mended_one(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """The reason names definition, upgrade, versions and error; a build that differs in the upgrade gets the job."""
    start(start_consumer, flawed)
    job_id = put(jobs, *IN_EUROS)
    assert parked(jobs, job_id).reason == (
        "The payload of PRICED cannot be upgraded from version 1 to 2: tests.support.builds.flawed.in_cents raised "
        "KeyError: 'cents'; deploy a consumer with a mended upgrade, which then gets the job."
    )
    start(start_consumer, newer)
    assert run_by(jobs, job_id) == "newer: 500 cents"


def test_an_upgraded_payload_that_does_not_fit_is_parked(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """Every fault is told as of the new payload, and between which versions it was upgraded."""
    start(start_consumer, newer)
    reason = parked(jobs, put(jobs, 1, b'{"euros":"5"}')).reason
    assert reason.startswith("The payload, upgraded from version 1 to 2, does not fit PRICED: $.cents: expected an")


def test_a_replay_keeps_the_version(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """A replayed job has the payload and the version with which it was put in."""
    start(start_consumer, older)
    job_id = put(jobs, *IN_CENTS)
    parked(jobs, job_id)
    jobs.replay(job_id)
    eventually(lambda: (job := jobs.find(job_id)) and job.generation == 1 and job.state is State.PARKED)
    job = jobs.find(job_id)
    assert job is not None
    assert job.envelope is not None
    assert (job.envelope.version, job.envelope.payload) == IN_CENTS


def test_a_follow_up_has_its_definitions_version(start_consumer: StartConsumer, jobs: Jobs) -> None:
    """What a handler enqueues is written with the version of its own build."""
    start(start_consumer, newest)
    follow_up = run_by(jobs, jobs.put_raw("PRICES", b'{"cents":7}'))
    assert run_by(jobs, follow_up) == "newest: 7 cents CHF"
    job = jobs.find(follow_up)
    assert job is not None
    assert job.envelope is not None
    assert job.envelope.version == 3


def test_a_task_has_its_definitions_version() -> None:
    """What is enqueued through Huey is written with the version, too."""
    app = WorkerFactory(ConsumerSettings(redis_url="unix:///nonexistent"), load_catalog(newest.__name__)).build()
    task = app.task_classes["PRICED"]((newest.Priced(500, "CHF"),), {})
    written = envelope.read(writing.new_job(app, task).envelope)
    assert (written.version, written.payload) == WITH_CURRENCY


def test_builds_differ_by_their_upgrades() -> None:
    """Consumers tell each other apart by version, class and the sources of the upgrades, and by nothing else."""
    digests = [abilities.digest(defined(build.Priced)) for build in (older, flawed, newer, newest)]
    assert len(set(digests)) == len(digests)
    assert abilities.digest(defined(newer.Priced)) == digests[2]


def lenient() -> Definition:
    @attrs.frozen
    class Part:
        x: int

    @attrs.frozen
    class Whole:
        part: Part

    return Definition(name="WHOLE", payload=Whole)


def strict() -> Definition:
    @attrs.frozen
    class Part:
        x: int

        def __attrs_post_init__(self) -> None:
            raise ValueError(self.x)

    @attrs.frozen
    class Whole:
        part: Part

    return Definition(name="WHOLE", payload=Whole)


def test_builds_differ_by_the_parts_of_a_payload() -> None:
    """What a class inside the payload checks is part of what a build can run, though no schema shows it."""
    assert schema.json_schema(lenient()) == schema.json_schema(strict())
    assert abilities.digest(lenient()) == abilities.digest(lenient())
    assert abilities.digest(lenient()) != abilities.digest(strict())
