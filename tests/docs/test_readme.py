"""Every example in the documents runs as it is printed there."""

import os
import re
import shlex
import socket
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

import dev
from service.cli.parser import parser
from tests.support.document import Block, blocks, shows
from tests.support.terminal import PROGRAMS, Terminal, needed
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
RUN = ("README.md", "docs/python.md", "docs/testing.md")
DOCUMENTS = (*RUN, "deploy/README.md", "docs/internals/README.md", "docs/producers/README.md")
SHOWN = {"json", "text"}
PORT = re.compile(r"\b80(?:80|81)\b")
SERVER = "redis://127.0.0.1:6379/0"


class Reader:
    """Somebody who follows a document from top to bottom, with a free port in place of each that it names."""

    def __init__(self, clone: Path, environment: dict[str, str], redis_url: str) -> None:
        self._clone = clone
        self._ports: dict[str, str] = {}
        self._environment = environment | {"JOBS_PORT": self._port("8080")}
        self._redis_url = redis_url
        self._opened = 0
        self._terminals = ExitStack()
        self._terminal: Terminal | None = None
        self._output = ""
        self._again = ""

    def follow(self, block: Block) -> None:
        """Do what the block says, or compare what it shows."""
        if block.language in SHOWN:
            self._compare(block)
        elif block.language == "python":
            self._write(block.text)
        else:
            self._do(block)

    def leave(self) -> None:
        """Press Ctrl-C in every terminal."""
        self._terminals.close()
        self._terminal = None

    def _compare(self, block: Block) -> None:
        if self._again:
            eventually(lambda: shows(block, self._terminal_here().run(self._again)), what=f"line {block.line}")
        else:
            assert shows(block, self._output), f"line {block.line} shows another output than this:\n{self._output}"

    def _write(self, text: str) -> None:
        path = self._terminal_here().directory / text.partition("\n")[0].removeprefix("# ")
        path.write_text(self._translated(text))

    def _do(self, block: Block) -> None:
        commands, remarks = self._translated(block.text), block.remarks
        if "everything before" in remarks:
            self.leave()
        self._again = commands if "repeated" in remarks else ""
        terminal = self._terminal_here()
        if said := remarks.get("goes on") or remarks.get("Ctrl-C after"):
            terminal.start(commands, said)
            self._output = terminal.interrupt() if "Ctrl-C after" in remarks else terminal.output
            if "goes on" in remarks:
                self._terminal = None
        elif not self._again:
            self._output = terminal.run(commands)

    def _terminal_here(self) -> Terminal:
        if self._terminal is None:
            self._opened += 1
            log = self._clone / f"terminal-{self._opened}.log"
            self._terminal = Terminal(self._clone, self._environment, log)
            self._terminals.enter_context(closing(self._terminal))
        return self._terminal

    def _translated(self, text: str) -> str:
        return PORT.sub(lambda found: self._port(found[0]), text).replace(SERVER, self._redis_url)

    def _port(self, named: str) -> str:
        if named not in self._ports:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self._ports[named] = str(free.getsockname()[1])
        return self._ports[named]


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone whose `.venv` is the environment of this test, so that dev.py finds it made."""
    for name in ("dev.py", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(PROGRAMS)
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())
    (tmp_path / ".venv" / "installed").write_text(dev.fingerprint(project))
    return tmp_path


@pytest.fixture
def reader(clone: Path, redis_url: str) -> Iterator[Reader]:
    """A reader in a fresh clone, with an empty home."""
    needed("curl")
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    home = clone / "home"
    home.mkdir()
    following = Reader(clone, {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}, redis_url)
    yield following
    following.leave()


def run_of(document: str) -> Sequence[Block]:
    """Return the blocks that are run, or compared with what ran."""
    return [block for block in blocks(ROOT / document) if "not run" not in block.remarks]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("document", RUN)
def test_a_document_works_from_top_to_bottom(reader: Reader, document: str) -> None:
    """Whoever types the document, block by block, sees what it shows."""
    for block in run_of(document):
        reader.follow(block)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_example_is_run_or_says_why_not(document: str) -> None:
    """A block is run, shows what came out, or has a comment with the reason why it is not run."""
    found = list(blocks(ROOT / document))
    fences = len(re.findall(r"^ *```", (ROOT / document).read_text(), re.MULTILINE))

    assert len(found) * 2 == fences
    assert {block.language for block in found} <= {"sh", "python", "toml", *SHOWN}
    assert [block.line for block in found if not block.remarks.get("not run", "run, so no reason")] == []
    assert document in RUN or run_of(document) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_not_run_could_be_typed(document: str) -> None:
    """An example that cannot run here is a shell's language, or a piece of pyproject.toml."""
    for block in [block for block in blocks(ROOT / document) if "not run" in block.remarks]:
        if block.language == "toml":
            assert tomllib.loads(block.text)
        else:
            subprocess.run(["bash", "-n"], input=block.text, text=True, check=True)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_command_understands_what_a_sentence_tells_to_type(document: str) -> None:
    """`aiohttp-huey …` in the midst of a text is a command line that exists."""
    for words in re.findall(r"`aiohttp-huey (\w[^`]*)`", (ROOT / document).read_text()):
        assert parser().parse_args(shlex.split(words.partition(" -w")[0])).run
