"""The service as a real process that clients reach over HTTP, at the same address after every start."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import attrs

from faults.process import ROOT, inherited
from jobdefs.storage.private_server import death_with_parent

_PATIENCE_S: Final = 90.0


@attrs.define
class Api:
    """One service process on loopback."""

    variables: dict[str, str]
    place: Path
    port: int = attrs.field(init=False)
    process: subprocess.Popen[bytes] | None = None
    codes: list[int] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        """Choose a port that is free."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it has logged over all its lives."""
        return self.place / "service.log"

    def __enter__(self) -> Self:
        """Start it, and wait until it takes connections."""
        self.start()
        self.await_answer()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End it."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service"],
                cwd=ROOT,
                env=inherited() | self.variables | {"JOBS_PORT": str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=death_with_parent(),  # noqa: PLW1509 - one system call
            )

    def kill(self) -> None:
        """End it by SIGKILL."""
        assert self.process
        self.process.kill()
        self.codes.append(self.process.wait())

    def await_answer(self) -> None:
        """Wait until it takes connections; raises TimeoutError."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if time.monotonic() > deadline:
                raise TimeoutError(f"the service does not listen; its log is {self.log}")
            time.sleep(0.02)
