"""A terminal in which somebody types: a shell of its own that keeps its directory and its variables."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.support.waiting import eventually

PROGRAMS: Final = Path(sys.executable).parent
_END: Final = "the shell is back, exit code"
_PATIENCE_S: Final = 30


def needed(program: str) -> str:
    """Return the path of a program that people have; a missing one fails in CI and skips elsewhere."""
    found = shutil.which(program)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {program} here: apt-get install {program}")
    return str(found)


class Terminal:
    """Runs what is typed into it; close it."""

    def __init__(self, directory: Path, environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        self._begin = 0
        with log.open("wb") as stream:
            self._shell = subprocess.Popen(
                [needed("bash")],
                stdin=subprocess.PIPE,
                stdout=stream,
                stderr=stream,
                cwd=directory,
                env=environment,
                start_new_session=True,
            )

    @property
    def directory(self) -> Path:
        """Where the shell is."""
        return Path(f"/proc/{self._shell.pid}/cwd").readlink()

    @property
    def output(self) -> str:
        """What was written since the last command was typed."""
        return self._log.read_text()[self._begin :]

    def type(self, commands: str) -> None:
        """Type commands, and let them run."""
        assert self._shell.stdin is not None
        self._begin = len(self._log.read_text())
        self._shell.stdin.write(f"{{ {commands.rstrip()}\n}} </dev/null\nprintf '%s %s\\n' '{_END}' $?\n".encode())
        self._shell.stdin.flush()

    def run(self, commands: str) -> str:
        """Type commands, wait for their end, and return their output; fails unless the last one succeeded."""
        self.type(commands)
        output, _, code = self._until(_END).rpartition(_END)
        assert int(code) == 0, f"{commands}\n{output}"
        return output

    def start(self, commands: str, said: str) -> None:
        """Type commands that go on, and wait until they have written ``said``."""
        self.type(commands)
        assert _END not in self._until(said, _END), self.output

    def interrupt(self) -> str:
        """Press Ctrl-C, wait for the end of what runs, and return its output."""
        for child in self._children():
            os.kill(child, signal.SIGINT)
        return self._until(_END)

    def close(self) -> None:
        """End the shell and all that was started in it."""
        if _END not in self.output and self._children():
            self.interrupt()
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait()
        assert self._shell.stdin is not None
        self._shell.stdin.close()

    def _children(self) -> list[int]:
        pid = self._shell.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def _until(self, *words: str) -> str:
        def written() -> str:
            output = self.output
            return output if any(word in output and output.endswith("\n") for word in words) else ""

        return eventually(written, _PATIENCE_S, f"{words} in a terminal, which shows {self._log}")
