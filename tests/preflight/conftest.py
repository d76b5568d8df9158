"""The preflight as a deploy script runs it, on a store whose jobs a test has put into their states."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from jobdefs.storage.drivers import Store
from tests.support.servers import RealServer
from tests.support.stage import NAMESPACE, Stage

ROOT = Path(__file__).parents[2]
COMMAND = (str(Path(sys.executable).with_name("jobs")), "preflight")
NEWER = "tests.support.builds.newer"


@attrs.frozen
class Done:
    """How a preflight ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def found(self) -> Any:
        """What ``--json`` printed."""
        return json.loads(self.out)


Preflight = Callable[..., Done]


@pytest.fixture
def stage(redis_url: str, valkey_server: RealServer) -> Iterator[Stage]:
    """An empty store, with its time in the hand of the test."""
    store = Store(redis_url)
    with valkey_server.client() as client:
        yield Stage(store, client)
    store.close()


@pytest.fixture
def preflight(redis_url: str) -> Preflight:
    """Run the preflight of the newer build, unless told otherwise."""

    def run(*options: str, **variables: str) -> Done:
        given = {"REDIS_URL": redis_url, "JOBS_NAMESPACE": NAMESPACE, "JOBS_MODULES": NEWER, "JOBS_HANDLERS": NEWER}
        environment = {"PATH": os.defpath, **given, **variables}
        done = subprocess.run(
            [*COMMAND, *options], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run
