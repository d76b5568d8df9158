"""The story of a job: its events, and how long they are kept."""

from datetime import timedelta

import pytest

from jobdefs.storage.contract import Outcome
from tests.support.stage import MILLISECOND, SECOND, START_MS, Stage

HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000


def test_result_and_history_may_be_forgotten_early(stage: Stage) -> None:
    """The result and the history of a finished job leave when their own retention ends, each by itself."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.SNOOZED)
    stage.settle(stage.claim_one(), result=b"1", keep=9 * HOUR, keep_result=HOUR, keep_history=2 * HOUR)
    seen = []
    for _ in range(4):
        stage.exchange()
        record = stage.find("a")
        seen.append((record.result, [event.name for event in record.events]))
        stage.wait(HOUR)
    whole, short = ["enqueued", "running", "snoozed", "running", "succeeded"], ["enqueued", "running", "succeeded"]
    assert seen == [(b"1", whole), (None, whole), (None, short), (None, short)]


def test_nothing_is_forgotten_before_the_end(stage: Stage) -> None:
    """While a job is tried again and again its history stays, however short its retention; also after a replay."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.FAILED, failures=1, delay=HOUR, keep_history=MILLISECOND)
    stage.wait(HOUR)
    stage.settle(stage.claim_one(), Outcome.DEAD, failures=2, keep=9 * HOUR, keep_history=HOUR)
    stage.send(stage.submission.replay("a"))
    stage.wait(2 * HOUR)
    stage.exchange()
    names = [event.name for event in stage.find("a").events]
    assert names == ["enqueued", "running", "failed", "dead", "replayed"]


def test_a_history_keeps_its_last_hundred_lines(stage: Stage) -> None:
    """However often a job is tried, its history stays bounded, and its end is always there."""
    stage.submit("a")
    for failures in range(1, 131):
        stage.settle(stage.claim_one(), Outcome.FAILED, failures=failures, detail=f"E: {failures}")
    events = [event for event in stage.find("a").events if event.name == "failed"]
    assert [event.attempt for event in events] == list(range(31, 131))
    assert events[-1].detail == "E: 130"


@pytest.mark.parametrize("detail", ["", " ", "a  b ", "two\nlines\r\n", "\u2028 \u0085 \x1c \x00", "\N{SNOWMAN}"])
def test_any_detail_can_be_read_back(stage: Stage, detail: str) -> None:
    """Whatever an error's text holds, the history stays readable; control characters become spaces."""
    stage.submit("a")
    stage.settle(stage.claim_one(), Outcome.FAILED, failures=1, detail=detail)
    stage.settle(stage.claim_one(), Outcome.FAILED, failures=2, detail="next")
    expected = "".join(max(character, " ") for character in detail)
    assert [event.detail for event in stage.find("a").events if event.name == "failed"] == [expected, "next"]


def test_events_tell_the_story(stage: Stage) -> None:
    """The events of a job are what happened to it, in order, with moments and attempts."""
    stage.submit("a")
    for step, (outcome, failures) in enumerate([(Outcome.FAILED, 1), (Outcome.RELEASED, 1), (Outcome.DEAD, 2)]):
        claim = stage.claim_one()
        stage.wait(SECOND)
        stage.settle(claim, outcome, failures=failures, detail=f"d{step}")
    events = [(event.name, event.at_ms - START_MS, event.attempt) for event in stage.find("a").events]
    assert events == [
        ("enqueued", 0, 0),
        ("running", 0, 1),
        ("failed", 1_000, 1),
        ("running", 1_000, 2),
        ("released", 2_000, 2),
        ("running", 2_000, 2),
        ("dead", 3_000, 2),
    ]
