"""Two builds with different jobs serve one queue, as they do while a release is rolled out."""

from jobdefs import State
from tests.support.jobs import Jobs
from tests.support.servers import RealServer
from tests.support.waiting import eventually
from tests.system.conftest import StartConsumer

EACH = 20
IN_EUROS = ("PRICED", b'{"euros":1}')
IN_CENTS = ("PRICED", b'{"cents":1}')
FOR_OLDER = (("RETIRED", b"{}"), ("CHANGED", b'{"number":1}'))
FOR_NOBODY = ("CHANGED", b'{"nonsense":1}')
FOR_NEWER = (("FRESH", b"{}"), ("CHANGED", b'{"number":1,"unit":"m"}'))


def start(start_consumer: StartConsumer, url: str, build: str) -> None:
    """Start a consumer of a build."""
    module = f"tests.support.builds.{build}"
    start_consumer(url, "-w", "2", JOBS_MODULES=module, JOBS_HANDLERS=module)


def put(jobs: Jobs, *kinds: tuple[str, bytes]) -> list[str]:
    return [jobs.put_raw(name, payload) for _ in range(EACH) for name, payload in kinds]


def ran_by(jobs: Jobs, job_ids: list[str]) -> set[bytes | None]:
    """Wait until jobs have succeeded, parked or not meanwhile, and return what ran them."""
    eventually(lambda: all(jobs.state(job_id) is State.SUCCEEDED for job_id in job_ids), 30, "the end of all jobs")
    found = [job for job_id in job_ids if (job := jobs.find(job_id))]
    assert {(job.failures, job.lost) for job in found} == {(0, 0)}
    return {job.result for job in found}


def test_each_runs_what_it_can(start_consumer: StartConsumer, redis_url: str, jobs: Jobs) -> None:
    """Side by side, each build runs the jobs that only it knows and the payloads that fit only it; none is lost."""
    start(start_consumer, redis_url, "older")
    start(start_consumer, redis_url, "newer")
    older, newer, both = put(jobs, *FOR_OLDER), put(jobs, *FOR_NEWER), put(jobs, ("KEPT", b"{}"))
    assert ran_by(jobs, older) == {b'"older"'}
    assert ran_by(jobs, newer) == {b'"newer"'}
    assert ran_by(jobs, both) <= {b'"older"', b'"newer"'}


def test_what_nobody_can_run_waits(start_consumer: StartConsumer, redis_url: str, jobs: Jobs) -> None:
    """What the only build cannot run is parked with the reason, and runs when a build comes that can run it."""
    start(start_consumer, redis_url, "older")
    job_ids = put(jobs, *FOR_NEWER)
    assert {jobs.ended(job_id).state for job_id in job_ids} == {State.PARKED}
    assert all((job := jobs.find(job_id)) and job.reason for job_id in job_ids)
    start(start_consumer, redis_url, "newer")
    assert ran_by(jobs, job_ids) == {b'"newer"'}


def test_versions_side_by_side(start_consumer: StartConsumer, redis_url: str, jobs: Jobs) -> None:
    """Old payloads are run by either build, upgraded by the newer one; new ones by the newer one alone."""
    start(start_consumer, redis_url, "older")
    start(start_consumer, redis_url, "newer")
    old = put(jobs, IN_EUROS)
    new = [jobs.put_raw(*IN_CENTS, version=2) for _ in range(EACH)]
    assert ran_by(jobs, old) <= {b'"older: 1 euros"', b'"newer: 100 cents"'}
    assert ran_by(jobs, new) == {b'"newer: 1 cents"'}


def test_what_neither_can_run_comes_to_rest(
    start_consumer: StartConsumer, redis_url: str, valkey_server: RealServer, jobs: Jobs
) -> None:
    """What fits neither build is refused once by each, and then waits without being claimed again."""
    start(start_consumer, redis_url, "older")
    start(start_consumer, redis_url, "newer")
    job_ids = put(jobs, FOR_NOBODY)
    with valkey_server.client() as client:

        def told(field: str) -> list[bytes]:
            return [client.hget(f"{{jobs}}:run:{job_id}", field) or b"" for job_id in job_ids]

        eventually(lambda: all(b"+" in refused for refused in told("refused")), 30, "the refusals of both builds")
        assert ran_by(jobs, put(jobs, *FOR_OLDER)) == {b'"older"'}
        assert {State.PARKED} == {jobs.state(job_id) for job_id in job_ids}
        assert set(told("fence")) == {b"2"}
