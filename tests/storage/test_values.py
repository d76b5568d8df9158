"""Values: what Huey keeps beside jobs."""

from datetime import timedelta

import attrs
import pytest

from jobdefs.storage.contract import Outcome
from tests.support.stage import SECOND, Stage

DAY = timedelta(days=1)


def ttl(stage: Stage, *key: str) -> timedelta:
    return timedelta(milliseconds=stage.client.pttl(stage.key(*key)))


def test_a_value_is_written_read_and_deleted(stage: Stage) -> None:
    """Any bytes can be kept under any name, over whatever was there, and deleted once."""
    values, name = stage.values, "huey.r.\N{SNOWMAN} {x}:y"
    assert stage.send(values.read(name)) is None
    for value in (b"", b"\x00\xff"):
        stage.send(values.write(name, value))
        assert stage.send(values.read(name)) == ("value", value)
    assert [stage.send(values.delete(name)) for _ in range(2)] == [True, False]
    assert stage.send(values.read(name)) is None


def test_only_the_first_adds(stage: Stage) -> None:
    """Adding writes where there is nothing, and tells whether it did: a lock."""
    assert [stage.send(stage.values.add("lock", value, SECOND)) for value in (b"1", b"2")] == [True, False]
    assert stage.send(stage.values.read("lock")) == ("value", b"1")


def test_values_end(stage: Stage) -> None:
    """Every value and counter has an end: the one asked for, or 30 days."""
    values = stage.values
    for call in (
        values.write("a", b""),
        values.add("b", b"", 5 * SECOND),
        values.count("c", 1),
        values.count("d", 1, DAY),
    ):
        stage.send(call)
    ends = [ttl(stage, "value", "a"), ttl(stage, "value", "b"), ttl(stage, "counter", "c"), ttl(stage, "counter", "d")]
    assert [round(end / SECOND) for end in ends] == [30 * 86_400, 5, 30 * 86_400, 86_400]


def test_a_counter_counts(stage: Stage) -> None:
    """A counter begins at 0, counts up and down, and is deleted like a value."""
    values = stage.values
    assert [stage.send(values.count("n", amount)) for amount in (1, 5, -2)] == [1, 6, 4]
    assert stage.send(values.delete("n")) is True
    assert stage.send(values.count("n", 1)) == 1


@pytest.mark.parametrize(
    ("outcome", "result", "error", "expected"),
    [
        (Outcome.SUCCEEDED, b"[1]", b"", ("result", b"[1]")),
        (Outcome.SUCCEEDED, b"", b"", None),
        (Outcome.DEAD, b"", b'{"type":"E"}', ("error", b'{"type":"E"}')),
        (Outcome.FAILED, b"", b'{"type":"E"}', None),
    ],
)
def test_what_a_job_left_is_read_by_its_id(
    stage: Stage, outcome: Outcome, result: bytes, error: bytes, expected: tuple[str, bytes] | None
) -> None:
    """A finished job's result, or the error it died of, is read under its id; an error of one attempt is not."""
    stage.submit("a")
    assert stage.send(stage.values.read("a")) is None
    stage.settle(stage.claim_one(), outcome, failures=1, result=result, error=error, delay=SECOND)
    assert stage.send(stage.values.read("a")) == expected
    stage.send(stage.values.write("a", b"written"))
    assert stage.send(stage.values.read("a")) == ("value", b"written")


def test_claims_carry_revocations(stage: Stage) -> None:
    """A claim brings along the revocation of its id and that of its task's name; others bring none."""
    stage.send(stage.values.revoke("r:a", b"by id"))
    stage.send(stage.values.revoke("rt:m.task", b"by name"))
    stage.submit("a", name="TEST_JOB")
    stage.submit("b", name="huey:m.task")
    stage.submit("c", name="huey:m.other")
    carried = [(claim.revoked, claim.revoked_by_name) for claim in stage.claim(3)]
    assert carried == [(b"by id", b""), (b"", b"by name"), (b"", b"")]


def test_a_revocation_changes_nothing_else(stage: Stage) -> None:
    """A claim with a revocation says otherwise what a claim without one says."""
    stage.submit("a")
    other = stage.claim_one(token="t")
    stage.send(stage.values.revoke("r:b", b"by id"))
    stage.submit("b")
    revoked = stage.claim_one(token="t2")
    assert attrs.evolve(revoked, id="a", token="t", envelope=other.envelope, revoked=b"") == other


def test_a_repeated_claim_carries_them_too(stage: Stage) -> None:
    """A claim that is told again after a lost reply still brings its revocation."""
    stage.send(stage.values.revoke("r:a", b"by id"))
    stage.submit("a")
    stage.claim(1, token="t1")
    (claim,) = stage.claim(1, token="t1", again=True)
    assert claim.revoked == b"by id"


def test_a_revocation_is_read_and_ended(stage: Stage) -> None:
    """A revocation holds until it is restored, once."""
    values = stage.values
    assert stage.send(values.revocation("r:a")) is None
    stage.send(values.revoke("r:a", b"x"))
    assert stage.send(values.revocation("r:a")) == b"x"
    assert [stage.send(values.restore("r:a")) for _ in range(2)] == [True, False]
    assert (stage.send(values.revocation("r:a")), stage.dump()) == (None, {})


def test_revocations_end_one_by_one(stage: Stage) -> None:
    """A revocation that nobody restores leaves at its own end, however many come after it."""
    stage.send(stage.values.revoke("r:a", b"x", DAY))
    stage.wait(DAY / 2)
    stage.send(stage.values.revoke("rt:name", b"y", DAY))
    seen = []
    for _ in range(3):
        stage.exchange()
        seen.append([stage.send(stage.values.revocation(name)) for name in ("r:a", "rt:name")])
        stage.wait(DAY / 2)
    assert seen == [[b"x", b"y"], [None, b"y"], [None, None]]
