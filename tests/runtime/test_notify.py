"""What systemd hears."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobdefs.runtime import notify


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A notification socket as systemd makes it."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@jobs-test-{os.getpid()}"
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        listener.settimeout(1)
        yield listener


def test_each_word_arrives(systemd: socket.socket) -> None:
    """READY, STOPPING, WATCHDOG and a status of one line arrive in order."""
    notify.ready()
    notify.watchdog()
    notify.status("draining\nREADY=1")
    notify.stopping()
    heard = [systemd.recv(1024) for _ in range(4)]
    assert heard == [b"READY=1", b"WATCHDOG=1", b"STATUS=draining READY=1", b"STOPPING=1"]


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket, or one where nobody listens, is no error."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify.ready()
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/notify")
    notify.ready()


@pytest.mark.parametrize(
    ("usec", "pid", "expected"),
    [
        ("10000000", None, 5.0),
        ("10000000", "ours", 5.0),
        ("10000000", "1", None),
        ("0", None, None),
        ("nonsense", None, None),
        (None, None, None),
    ],
)
def test_the_watchdog_is_fed_at_twice_its_pace(
    usec: str | None, pid: str | None, expected: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interval is half of what systemd waits, and there is none where it does not watch this process."""
    for name, value in (("WATCHDOG_USEC", usec), ("WATCHDOG_PID", pid)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value.replace("ours", str(os.getpid())))
    assert notify.watchdog_interval_s() == expected
