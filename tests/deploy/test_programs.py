import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.notices import Notices, listening
from tests.support.waiting import eventually


@contextmanager
def started(command: str, url: str, notices_at: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a unit's command as systemd does: with an address for notices, and a watchdog of 200 ms."""
    given = {"REDIS_URL": url, "JOBS_PORT": "0", "NOTIFY_SOCKET": str(notices_at), "WATCHDOG_USEC": "200000"}
    with subprocess.Popen(
        [Path(sys.executable).with_name("aiohttp-huey"), command],
        env=os.environ | given,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(notices: Notices, word: str) -> int:
    return sum(word in message.splitlines() for message in notices.all())


@pytest.mark.parametrize("command", ["serve", "work"])
def test_the_units_commands_talk_to_systemd(redis_url: str, tmp_path: Path, command: str) -> None:
    """Both units' commands say READY, feed the watchdog, say STOPPING on SIGTERM and end with 0."""
    with listening(tmp_path / "n") as notices, started(command, redis_url, tmp_path / "n") as process:
        eventually(lambda: heard(notices, "READY=1"), what="READY=1")
        eventually(lambda: heard(notices, "WATCHDOG=1") >= 3, what="three words to the watchdog")
        process.send_signal(signal.SIGTERM)

        assert process.wait(10) == 0
        assert heard(notices, "STOPPING=1") >= 1
