import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    "README.md",
    "CHANGELOG.md",
    "deploy/README.md",
    "docs/guarantees.md",
    "docs/job-lifecycle.md",
    "docs/glossary.md",
    "docs/internals/README.md",
    "docs/python.md",
    "docs/testing.md",
)


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    """A relative link leads to a file, and to a heading where it names one."""
    here = ROOT / document
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", here.read_text()):
        target = here.parent / path if path else here

        assert target.exists(), path
        assert not anchor or anchor in anchors(target), anchor
