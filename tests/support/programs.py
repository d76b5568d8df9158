"""The service as a program: ``python -m service``, with settings of a test's own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

Program = subprocess.Popen[str]


def start(**variables: str) -> Program:
    """Start it on any free port."""
    environment = {"PATH": os.environ["PATH"], "JOBS_PORT": "0", **variables}
    command = [sys.executable, "-m", "service"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def serving(**variables: str) -> Iterator[tuple[Program, HTTPConnection]]:
    """Run it as long as the block lasts, and give a connection to it."""
    with start(**variables) as program:
        try:
            assert program.stdout is not None
            line = program.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:"), program.communicate()
            yield program, HTTPConnection("127.0.0.1", int(line.rpartition(":")[2]), timeout=5)
        finally:
            program.kill()
