"""What is called compatible is compatible: tried on generated classes, edits of them, and bodies."""

import json
from collections import Counter
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobdefs import Definition
from jobdefs.catalog import Catalog
from jobdefs.errors import JobsError
from jobdefs.wire import codec
from service.evolution.comparison import refusals
from service.evolution.contract import contract
from service.evolution.finding import Direction
from service.evolution.lock import Lock
from service.evolution.renewal import renewed
from service.evolution.verdict import verdicts
from tests.support.edits import defined
from tests.support.pairs import BODIES, TYPES, definitions

ONE_FIELD = [{"x": body} for body in BODIES]


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
def test_every_type_beside_every_other_keeps_the_promise():
    """Of two types, one before and one after, nothing is called compatible that some body shows to be none."""
    made = [defined({"x": type_}) for type_ in TYPES]
    written = [[codec.encode(one, codec.decode(one, body)) for body in fitting(one, ONE_FIELD)] for one in made]
    accepted = [set(fitting(one, ONE_FIELD)) for one in made]
    contracts = [contract(one) for one in made]
    for before, after in product(range(len(made)), repeat=2):
        if not refusals(contracts[before], contracts[after]):
            assert accepted[before] <= accepted[after], (TYPES[before], TYPES[after])
        if not refusals(contracts[after], contracts[before], complete=True):
            refused = [body for body in written[after] if not accepts(made[before], body)]
            assert refused == [], (TYPES[before], TYPES[after])


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
