"""What the preflight finds among the jobs of a store."""

from typing import Any

import pytest

from jobdefs.runtime.exits import Exit
from jobdefs.storage.contract import Outcome
from tests.preflight.conftest import Preflight
from tests.support.consumers import HANDLERS
from tests.support.jobs import MODULES, jobs_on
from tests.support.stage import HOUR, LEASE, Stage, new_job

STATES = ["scheduled", "ready", "running", "suspect", "parked", "dead"]


def put_raw(stage: Stage, job_id: str, data: bytes) -> None:
    """Write bytes under a job's key, and its id among the ready ones, as nobody should."""
    stage.client.set(stage.key("job", job_id), data)
    stage.client.zadd(stage.key("ready", "default"), {job_id: 0})


def fill(stage: Stage, name: str) -> None:
    """Put in a job of each state, whose id is its state."""
    stage.submit("suspect", name=name)
    for _ in range(2):
        stage.claim_one(holder="vanishing")
        stage.wait(LEASE)
    stage.submit("dead", "parked", "running", "succeeded", "cancelled", name=name)
    for claim in stage.claim(5):
        if claim.id != "running":
            stage.settle(claim, Outcome(claim.id), keep=HOUR)
    stage.submit("ready", name=name)
    stage.submit("scheduled", name=name, delay=HOUR)


def test_a_build_that_can_run_everything(stage: Stage, preflight: Preflight) -> None:
    """Where nothing is found the exit code is 0, and one line tells what was looked at."""
    fill(stage, "KEPT")
    done = preflight("--state", "ready", "--state", "scheduled")
    said = "looked at 1 ready, 1 scheduled: nothing stands against this build\n"
    assert (done.code, done.out, done.err) == (Exit.OK, said, "")


def test_jobs_of_every_state_are_looked_at(stage: Stage, preflight: Preflight) -> None:
    """A job that could still run, or be replayed when dead, is found in whatever state; what is done with is not."""
    fill(stage, "RETIRED")
    done = preflight("--json")
    groups = done.found["blocked"]["groups"]
    assert [(group["state"], group["ids"]) for group in groups] == [(state, [state]) for state in STATES]
    assert {(group["obstacle"], group["name"], group["reason"]) for group in groups} == {
        ("unknown", "RETIRED", "nothing in this build has this name")
    }
    assert done.found["looked_at"] == dict.fromkeys(STATES, 1)
    assert done.code == Exit.FINDINGS


@pytest.mark.parametrize(
    ("written", "obstacle", "reason"),
    [
        (
            {"name": "CHANGED", "payload": b'{"number":1}'},
            "misfit",
            "The payload does not fit CHANGED: $.unit: is required.",
        ),
        ({"name": "CHANGED", "payload": b"[1"}, "misfit", "The body cannot be accepted: not JSON"),
        (
            {"name": "huey:shop.nothing", "payload": b'{"args":[],"kwargs":{}}'},
            "unknown",
            "nothing in this build has this",
        ),
        ({"name": "KEPT", "queue": "gone"}, "unserved", "nothing in this build names the queue 'gone'"),
        (b"gAWVCg==", "unreadable", "The stored job cannot be read: it is not JSON"),
        (b'{"v":2}', "unreadable", "The stored job cannot be read: it has version 2"),
        (new_job("another").envelope, "misplaced", "its envelope belongs to another job"),
    ],
)
def test_each_obstacle_is_named(
    stage: Stage, preflight: Preflight, written: dict[str, Any] | bytes, obstacle: str, reason: str
) -> None:
    """What a consumer of this build would park, or never claim, is found with the reason."""
    if isinstance(written, bytes):
        stage.submit("x")
        put_raw(stage, "a", written)
    else:
        stage.submit("a", **written)
    done = preflight("--json", "--state", "ready")
    (group,) = [group for group in done.found["blocked"]["groups"] if group["ids"] == ["a"]]
    assert (done.code, group["obstacle"]) == (Exit.FINDINGS, obstacle)
    assert group["reason"].startswith(reason)


@pytest.mark.parametrize(
    ("build", "written", "obstacle"),
    [
        ("newer", (1, b'{"euros":1}'), None),
        ("newer", (2, b'{"cents":1}'), None),
        ("newer", (3, b'{"cents":1,"currency":"EUR"}'), "newer"),
        ("newer", (1, b'{"euros":"1"}'), "misfit"),
        ("newest", (1, b'{"euros":1}'), None),
        ("older", (2, b'{"cents":1}'), "newer"),
        ("flawed", (1, b'{"euros":1}'), "misfit"),
    ],
)
def test_payloads_of_other_versions(
    preflight: Preflight, redis_url: str, build: str, written: tuple[int, bytes], obstacle: str | None
) -> None:
    """An old payload goes through the upgrades as at a claim, and one that is newer than the build is found."""
    with jobs_on(redis_url) as jobs:
        jobs.put_raw("PRICED", written[1], version=written[0])
    modules = f"tests.support.builds.{build}"
    done = preflight("--json", JOBS_NAMESPACE="jobs", JOBS_MODULES=modules, JOBS_HANDLERS=modules)
    assert [group["obstacle"] for group in done.found["blocked"]["groups"]] == ([obstacle] if obstacle else [])


@pytest.mark.parametrize(
    ("task", "payload", "obstacle"),
    [
        ("add", b'{"args":[1,2],"kwargs":{}}', None),
        ("add", b"[1,2]", "misfit"),
        ("subtract", b'{"args":[1,2],"kwargs":{}}', "unknown"),
    ],
)
def test_plain_tasks(stage: Stage, preflight: Preflight, task: str, payload: bytes, obstacle: str | None) -> None:
    """Plain Huey tasks count: those whose function this build has, and whose message makes one, can be run."""
    stage.submit("a", name=f"huey:tests.support.shop.tasks.{task}", payload=payload)
    done = preflight("--json", JOBS_MODULES=MODULES, JOBS_HANDLERS=HANDLERS)
    assert [group["obstacle"] for group in done.found["blocked"]["groups"]] == ([obstacle] if obstacle else [])


def test_a_queue_that_a_consumer_is_told_to_serve(stage: Stage, preflight: Preflight) -> None:
    """A queue that JOBS_QUEUES names is served, though no definition does."""
    stage.submit("a", name="KEPT", queue="gone")
    assert preflight(JOBS_QUEUES="gone").code == Exit.OK


def test_what_becomes_of_parked_jobs(stage: Stage, preflight: Preflight) -> None:
    """Parked jobs that this build takes up by itself are told apart from those that want a replay, or stay parked."""
    kinds = {"refused": "0123456789ab:KEPT", "unheard": ":KEPT", "odd": "", "stays": ":RETIRED"}
    for job_id, kind in kinds.items():
        stage.submit(job_id, name="RETIRED" if job_id == "stays" else "KEPT")
        stage.settle(stage.claim_one(), Outcome.PARKED, detail="why", kind=kind)
    found = preflight("--json").found
    told = {fate: [group["ids"] for group in found[fate]["groups"]] for fate in ("taken_up", "replayable", "blocked")}
    assert told == {"taken_up": [["unheard", "refused"]], "replayable": [["odd"]], "blocked": [["stays"]]}


def test_like_jobs_are_told_together(stage: Stage, preflight: Preflight) -> None:
    """A thousand jobs with the same fault are one paragraph: how many, the first few, why, and what to do."""
    stage.submit(*(f"a{number}" for number in range(1000)), name="CHANGED", payload=b'{"number":1}')
    assert (
        preflight().out
        == """\
misfit: 1,000 ready jobs of CHANGED in queue default
  why   The payload does not fit CHANGED: $.unit: is required.
  jobs  a0, a1, a2, a3, a4, ...
  do    write an upgrade, or let the present build finish these first; cancel what fits no build

looked at 1,000 ready: this build cannot run 1,000 jobs
"""
    )


def test_what_is_various_is_counted(stage: Stage, preflight: Preflight) -> None:
    """However various the faults are, the report stays short, and every job counts."""
    stage.submit_all([new_job(f"a{number}", name=f"N{'x' * (number % 50)}{number}") for number in range(130)])
    found = preflight("--json").found["blocked"]
    assert (len(found["groups"]), found["others"], found["count"]) == (100, 30, 130)


def test_a_name_cannot_steer_the_terminal(stage: Stage, preflight: Preflight) -> None:
    """What stands in the store is shown with everything escaped that a terminal would obey."""
    put_raw(stage, "\x1b[2J", b"\xff")
    stage.submit("b")
    done = preflight("--state", "ready")
    assert "\\x1b[2J" in done.out
    assert "\x1b" not in done.out


def test_a_sample(stage: Stage, preflight: Preflight) -> None:
    """A sample looks at so many jobs of each state at most, and says that it is one."""
    stage.submit("a", "b", "c", name="KEPT")
    stage.submit("d", name="KEPT", delay=HOUR)
    done = preflight("--sample", "2")
    assert done.out == "looked at 1 scheduled, 2 ready, a sample: nothing stands against this build\n"
