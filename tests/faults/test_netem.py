"""A network of one's own: where it may not be made, it is said why."""

import pytest

from faults.tools import netem
from faults.tools.missing import ToolMissing


def test_what_is_not_permitted_is_told() -> None:
    """Where packets cannot be harmed as asked for, the refusal is told, and nothing has changed."""
    with pytest.raises(ToolMissing, match="tc qdisc add dev lo root netem nonsense"):
        netem.move_in("nonsense")
