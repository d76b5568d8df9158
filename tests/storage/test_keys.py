"""The key space: one hash tag, a known set of keys, and nothing of anybody else."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import jobdefs.storage
import jobdefs.wire
from jobdefs.state import State
from jobdefs.storage import keys
from jobdefs.storage.contract import Effect, Outcome
from jobdefs.storage.submission import SubmissionCalls
from jobdefs.unique import UniqueLock
from tests.support.stage import LEASE, SECOND, Stage, ending, new_job

README = Path(str(jobdefs.storage.__path__[0])) / "README.md"
FORMAT = Path(str(jobdefs.wire.__path__[0])) / "FORMAT.md"


def everything(stage: Stage) -> None:
    """Bring every kind of key into being."""
    stage.send(stage.inspection.open("epoch"))
    stage.submit("s")
    stage.lose(2)
    stage.beat()
    stage.send(stage.execution.announce(holder="h", abilities={"OTHER": "digest"}))
    stage.submit("a", "b", "c", "d", "e", "f", "g", "h")
    stage.submit("later", delay=timedelta(days=1))
    effects = [Effect("chord", ("c", 0, 2, b"v", 1_000, new_job("x").envelope)), Effect("value", ("v", b"v", 1_000))]
    stage.client.rpush(stage.key("run", "f"), "not ours")
    claims = stage.claim(7)
    outcomes = [Outcome.SUCCEEDED, Outcome.DEAD, Outcome.CANCELLED, Outcome.EXPIRED, Outcome.PARKED]
    for claim, outcome in zip(claims, outcomes, strict=False):
        stage.settle(
            claim,
            outcome,
            effects=effects,
            keep=LEASE,
            keep_result=SECOND,
            result=b"1",
            error=b"{}",
            kind="digest:TEST_JOB",
        )
    stage.replay(claims[1].id)
    stage.cancel(claims[6].id)
    stage.submit("u", request="d1", lock=UniqueLock(key="k"))
    stage.settle(claims[5], keep=timedelta(0))
    stage.send(stage.values.revoke("r:h", b"revoked"))
    stage.send(stage.values.count("n", 1))


def kinds(stage: Stage) -> dict[str, str]:
    """Return the keys on the server with their types, ids and names replaced by what they are."""
    found = {}
    for key in stage.client.scan_iter():
        root, kind, *rest = key.decode().split(":", 2)
        assert root == "{t}"
        name = ":".join(["{namespace}", kind, *("<…>" for _ in rest)])
        found[name] = "any" if kind == "aside" else stage.client.type(key).decode()
    return found


def test_the_key_space_is_documented(stage: Stage) -> None:
    """FORMAT.md names every key and its type, and no other."""
    everything(stage)
    rows = re.findall(r"^\| `(\{namespace\}:[a-z_]+)(:<.+>)?` \| ([a-z ]+) \|", FORMAT.read_text(), re.MULTILINE)
    documented = {key + (":<…>" if rest else ""): kind.replace("sorted set", "zset") for key, rest, kind in rows}
    assert kinds(stage) == documented


def test_the_bookkeeping_is_documented(stage: Stage) -> None:
    """README.md names every field of a job's bookkeeping, and no other."""
    everything(stage)
    runs = [key for key in stage.client.scan_iter(stage.key("run", "*")) if stage.client.type(key) == b"hash"]
    (part,) = re.findall(r"## The bookkeeping.*?(?=\n## )", README.read_text(), re.DOTALL)
    rows = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
    documented = {field for row in rows for field in re.findall(r"`(\w+)`", row)}
    assert {field.decode() for key in runs for field in stage.client.hkeys(key)} == documented


def test_a_producer_needs_one_script(stage: Stage) -> None:
    """What FORMAT.md tells a producer in another language works as told, for each verdict."""
    (command,) = re.findall(r'^    python -c "(.*)"$', FORMAT.read_text(), re.MULTILINE)
    shown = subprocess.run([sys.executable, "-c", command], capture_output=True, check=True).stdout
    a, b, c = (new_job(job_id).envelope for job_id in "abc")

    def submit(*jobs: tuple[object, ...]) -> Any:
        return stage.client.eval(shown, 1, "{t}:meta", "", "", *(part for job in jobs for part in job))

    unique = ("", "k", "started", "existing")
    assert submit((a, 0, "", "d1", "", "", "")) == [b"created", b"ready", b"a"]
    assert submit((a, 0, "", "d1", "", "", ""), (b, 9, "", *unique)) == [
        *(b"existing", b"ready", b"a"),
        *(b"created", b"scheduled", b"b"),
    ]
    assert submit((a, 0, "", "d2", "", "", ""), (c, 0, "", *unique)) == [
        *(b"different", b"ready", b"a"),
        *(b"duplicate", b"scheduled", b"b"),
    ]
    assert submit(("{}", 0, "", "", "", "", ""), (c, 0, "", "", "", "", "")) == [
        *(b"unreadable", b"", b""),
        *(b"refused", b"", b""),
    ]
    assert submit((c, 0, "", "", "k", "60000", "replace")) == [b"created", b"ready", b"c"]
    assert [claim.id for claim in stage.claim(9)] == ["a", "c"]


def test_every_key_lies_in_one_slot(stage: Stage) -> None:
    """Every key of an installation has its hash tag, so that a Cluster keeps them together."""
    everything(stage)
    assert {key.decode().split(":")[0] for key in stage.client.scan_iter()} == {"{t}"}
    assert (keys.meta("t"), keys.wake("t", "mail")) == ("{t}:meta", "{t}:wake:mail")


def test_installations_do_not_see_each_other(stage: Stage) -> None:
    """Two namespaces on one server have each their own jobs, even of one id."""
    other = SubmissionCalls("other")
    stage.submit("a")
    assert stage.send(other.replay("a")) is None
    assert stage.send(other.submit([new_job("a")]))[0].created
    assert stage.send(other.cancel("a", keep=SECOND)).done
    assert (stage.state("a"), [claim.id for claim in stage.claim(9)]) == (State.READY, ["a"])


def test_foreign_keys_are_left_alone(stage: Stage) -> None:
    """Whatever else lies on the server stays as it is."""
    foreign = {b"t:job:a": b"1", b"{t}x:job:a": b"2", b"job:a": b"3", b"{t}:foreign": b"4"}
    stage.client.mset(foreign)
    stage.submit("a")
    stage.exchange(ending(stage.claim_one()))
    stage.wait(timedelta(days=365))
    stage.exchange()
    assert {key: stage.client.get(key) for key in foreign} == foreign
