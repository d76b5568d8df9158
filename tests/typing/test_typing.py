"""What type checkers make of the code that people write against this library."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.support import checkers
from tests.support.checkers import Complaint
from tests.support.document import blocks

ROOT = Path(__file__).parents[2]
ACCEPTED = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/typing/accepts/*.py"))
REJECTED = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/typing/rejects/*.py"))
DOCUMENTS = ("README.md", "docs/python.md", "docs/testing.md")

Check = Callable[[Path, Sequence[str], Path], list[Complaint]]

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module", params=[checkers.mypy, checkers.pyright], ids=["mypy", "pyright"])
def check(request: pytest.FixtureRequest) -> Check:
    """Each type checker in turn, in its strict mode."""
    found: Check = request.param
    return found


def test_right_code_is_accepted(check: Check, place: Path) -> None:
    """Code that works has types that fit."""
    assert check(ROOT, ACCEPTED, place) == []


def test_wrong_code_is_rejected(check: Check, place: Path) -> None:
    """Each line that is marked has an error, and no other line has one."""
    found = check(ROOT, REJECTED, place)
    assert {(each.file, each.line) for each in found} == set(marked()), found


@pytest.mark.parametrize("document", DOCUMENTS)
def test_examples_in_documents_are_accepted(check: Check, document: str, place: Path, tmp_path: Path) -> None:
    """Whoever copies the examples has code whose types fit."""
    project = tmp_path
    examples = [block.text for block in blocks(ROOT / document) if block.language == "python"]
    for text in examples:
        path = project / text.partition("\n")[0].removeprefix("# ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    files = sorted(path.relative_to(project).as_posix() for path in project.rglob("*.py"))
    assert len(files) == len(examples)
    assert check(project, files, place) == []


def marked() -> list[tuple[str, int]]:
    """Return the lines on which an error is expected."""
    return [
        (file, number)
        for file in REJECTED
        for number, line in enumerate((ROOT / file).read_text().splitlines(), 1)
        if "# rejected" in line
    ]
