"""A document's examples: its fenced blocks, what a comment says about each, and when an output is as it shows."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs

_BLOCK: Final = re.compile(r"((?:^<!-- [^\n]* -->\n)*)^```(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_REMARK: Final = re.compile(r"<!-- (not run|goes on|Ctrl-C after|repeated|everything before)[:\s]?\s*(.*?) -->")

# What differs from run to run, and what it is read as.
_VARYING: Final = (
    (re.compile(r"\b[0-9a-f]{32}\b"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d)"), "MOMENT"),
    (re.compile(r"\b\d{13}\b"), "MS"),
    (re.compile(r"[\w.-]+:\d+:[0-9a-f]{8}\b"), "HOLDER"),
    (re.compile(r"\b\d+ (?:ms|s|min) ago\b"), "AGO"),
    (re.compile(r"\b\d+\.\d\ds\b"), "SECONDS"),
)
_ANYTHING: Final = "..."


@attrs.frozen
class Block:
    """One fenced block. ``remarks`` are what the comments right above it say, by their first words."""

    line: int
    language: str
    text: str
    remarks: dict[str, str]


def blocks(document: Path) -> Iterator[Block]:
    """Yield a document's blocks in their order."""
    text = document.read_text()
    for found in _BLOCK.finditer(text):
        line = text[: found.start(2)].count("\n") + 1
        yield Block(line, found[2], found[3], dict(_REMARK.findall(found[1])))


def shows(block: Block, output: str) -> bool:
    """Tell whether an output is as the block shows it, save for what differs from run to run."""
    if block.language == "json":
        return bool(_members(block.text) == _members(output))
    lines = [_settled(line.rstrip()) for line in block.text.splitlines()]
    pattern = "".join(r"(?:.*\n)*?" if line == _ANYTHING else re.escape(f"{line}\n") for line in lines)
    return re.fullmatch(pattern, "".join(f"{_settled(line.rstrip())}\n" for line in output.splitlines())) is not None


def _members(text: str) -> Any:
    try:
        return json.loads(_settled(json.dumps(json.loads(text))).replace(": MS", ": 0"))
    except ValueError:
        return text


def _settled(text: str) -> str:
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return text
