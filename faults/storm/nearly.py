"""What is right, or nearly: jobs that the consumer can run, though their texts are strange."""

import json
from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from faults.storm.rubbish import texts

NAMES: Final = ("FAULTS_DEF", "FAULTS_ASYNC")
IDS: Final = tuple(f"storm-{number}" for number in range(100))

# Its order stands in the ledger, whose words have no spaces.
_payloads: Final = st.fixed_dictionaries(
    {"order": st.just("storm")},
    optional={"nap_ms": st.integers(0, 3), "follows": texts, "leads": st.booleans()},
)
_options: Final = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(IDS),
        "delay_ms": st.integers(0, 500),
        "priority": st.integers(0, 9),
        "attempts": st.integers(1, 9),
        "expires_in_ms": st.integers(60_000, 600_000),
        "unique_key": st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40),
    },
)
_entries: Final = st.tuples(_options, _payloads, st.sampled_from(NAMES)).map(
    lambda it: {**it[0], "payload": it[1], "name": it[2]}
)


def _text(value: Any) -> bytes:
    return json.dumps(value).encode()


# By the route that takes them.
BODIES: Final[Mapping[str, st.SearchStrategy[bytes]]] = {
    "enqueue": st.tuples(_options, _payloads).map(lambda it: _text({**it[0], "payload": it[1]})),
    "enqueue_many": st.lists(_entries, min_size=1, max_size=5).map(lambda entries: _text({"jobs": entries})),
}
