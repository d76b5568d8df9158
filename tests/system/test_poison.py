"""One job ends every process that runs it; the long version is `python -m bench.poison`."""

from pathlib import Path

import pytest

from bench.poison import WAYS, play


@pytest.mark.timeout(180)
@pytest.mark.parametrize("way", WAYS)
def test_only_the_pill_dies(tmp_path: Path, way: str) -> None:
    """A pill takes two consumers with it and dies in quarantine, once, telling how; no job beside it comes to harm."""
    played = play(way, innocents=60, seed=1, place=tmp_path)
    assert list(played.broken()) == []
