"""What is called compatible is compatible: tried on generated classes, edits of them, and bodies."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobdefs import Definition
from jobdefs.catalog import Catalog
from jobdefs.errors import JobsError
from jobdefs.wire import codec
from service.evolution.finding import Direction
from service.evolution.lock import Lock
from service.evolution.renewal import renewed
from service.evolution.verdict import verdicts
from tests.support.pairs import definitions


def fitting(definition: Definition, bodies: list[Any]) -> list[bytes]:
    """Return those of the bodies that a definition's class accepts, as they come."""
    return [text for text in (json.dumps(body).encode() for body in bodies) if accepts(definition, text)]


def accepts(definition: Definition, body: bytes) -> bool:
    try:
        codec.decode(definition, body)
    except JobsError:
        return False
    return True


@pytest.mark.timeout(300)
def test_whatever_is_called_compatible_is_read():
    """Where nothing is found for queued jobs, new code decodes every sample and every body that old code accepted;
    where nothing is found for a rolling deploy, old code decodes whatever new code writes.
    """
    counts: Counter[str] = Counter()

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(definitions(), st.data())
    def holds(made, data):
        before, after, strategy = made
        lock = renewed(Lock({}), Catalog((before,))).lock
        (verdict,) = verdicts(Catalog((after,)), lock)
        broken = {one.direction for one in verdict.findings}
        bodies = [*lock.of("EDITED")[1].samples, *data.draw(st.lists(strategy, max_size=10))]
        if Direction.QUEUED not in broken:
            queued = fitting(before, bodies)
            counts["queued"] += len(queued) if before.payload != after.payload else 0
            assert [body for body in queued if not accepts(after, body)] == []
        if Direction.ROLLING not in broken:
            written = [codec.encode(after, codec.decode(after, body)) for body in fitting(after, bodies)]
            counts["rolling"] += len(written)
            assert [body for body in written if not accepts(before, body)] == []
        counts["broken"] += bool(broken)

    holds()
    assert min(counts["queued"], counts["rolling"], counts["broken"]) > 50


@pytest.mark.timeout(300)
def test_a_class_is_compatible_with_itself():
    """The check never complains of a definition that did not change."""

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(definitions())
    def holds(made):
        lock = renewed(Lock({}), Catalog((made[0],))).lock
        (verdict,) = verdicts(Catalog((made[0],)), lock)
        assert (verdict.findings, verdict.locked) == ((), True)

    holds()
