"""The conformance vectors, which programs in any language can replay."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

PLACE: Final = Path(__file__).parents[2] / "jobdefs" / "wire" / "vectors"
FILES: Final = sorted(PLACE.glob("*.json"))


def cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of a file."""
    found: list[dict[str, Any]] = json.loads((PLACE / f"{name}.json").read_text())["cases"]
    return found


def each(name: str) -> pytest.MarkDecorator:
    """Run a test with each ``case`` of a file, named by its number."""
    return pytest.mark.parametrize("case", [pytest.param(case, id=str(n)) for n, case in enumerate(cases(name))])
