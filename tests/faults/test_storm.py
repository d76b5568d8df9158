"""A short storm, and what its judge must find; the long version is `python3 dev.py storm`."""

from pathlib import Path

import pytest

from faults.ledger import Ledger
from faults.storm.__main__ import run
from faults.storm.good import GoodJobs
from faults.storm.gun import Echo
from faults.storm.http import shots
from faults.storm.key_types import key_types
from faults.storm.plan import Plan
from faults.storm.rules import judged
from faults.storm.shot import Shot
from service.routes import ROUTES

SHOT = Shot(subject="GET /v1/jobs", kind="test", data=b"", statuses=frozenset({200, 404}))
PROBLEM = b'{"type":"t","title":"t","status":%d,"detail":"%b","code":"c"}'


@pytest.mark.timeout(240)
def test_a_short_storm(tmp_path: Path) -> None:
    """Rubbish over HTTP, in keys, a byte a second: no fault of the service, no growth, nothing lost or executed."""
    assert list(run(Plan.quick(1), tmp_path)) == []


def answered(status: int, body: bytes, kind: str = "application/problem+json") -> list[str]:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    _, broken = judged(Echo(SHOT, head.encode() + body, ended=True))
    return broken


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (500, PROBLEM % (500, b"x"), "answered 500"),
        (404, PROBLEM % (404, b"Traceback (most recent call last)"), "a traceback"),
        (404, PROBLEM % (400, b"x"), "no problem+json"),
        (404, b"Not Found", "no problem+json"),
        (409, PROBLEM % (409, b"x"), "is not among [200, 404]"),
    ],
)
def test_the_judge_sees(status: int, body: bytes, found: str) -> None:
    """A fault of the service, a traceback, an error in another form, and a status that no route documents are found."""
    assert any(found in line for line in answered(status, body))
    assert answered(404, PROBLEM % (404, b"x")) == []


def test_the_judge_sees_who_waits() -> None:
    """A connection that is neither answered nor closed is found."""
    _, broken = judged(Echo(SHOT, b"", ended=False))
    assert broken == ["GET /v1/jobs (test): neither answered nor hung up on"]


@pytest.fixture
def good(tmp_path: Path) -> tuple[GoodJobs, Ledger]:
    """Two acknowledged jobs, one of which ran."""
    jobs, ledger = GoodJobs(("127.0.0.1", 1), "good"), Ledger.at(tmp_path / "ledger")
    jobs.acknowledged = {"good-1", "good-2"}
    ledger.write("end", "good-1", "a")
    return jobs, ledger


def test_a_lost_job_is_found(good: tuple[GoodJobs, Ledger]) -> None:
    """A job that was acknowledged and never came to its end is lost."""
    jobs, ledger = good
    assert jobs.lost(ledger, patience_s=0) == ["good-2"]


def test_the_same_seed_is_the_same_storm() -> None:
    """What is sent depends on the seed alone, and every route has its share."""
    once, again = list(shots(60, 7)), list(shots(60, 7))
    assert [shot.data for shot in once] == [shot.data for shot in again]
    assert {f"{route.method} {route.path}" for route in ROUTES} <= {shot.subject for shot in once}


def test_every_type_of_key() -> None:
    """The types of keys are those that the format lists."""
    patterns = {key.pattern for key in key_types()}
    assert {"meta", "ready:<queue>", "job:<id>", "run:<id>", "chord:<chord>"} <= patterns
