"""What the log says of a consumer that is gone or silent."""

import os
import socket
import subprocess
from datetime import timedelta

from consumer.vanished import described

HOST = socket.gethostname()


def test_gone() -> None:
    """A process of this host that has ended is gone, also before its parent has noticed."""
    ended = subprocess.Popen(["true"])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    assert described(f"{HOST}:{ended.pid}:ab12", timedelta(seconds=9)) == "its process is gone, as seen from here"
    ended.wait()
    assert described(f"{HOST}:{ended.pid}:ab12", None) == "its process is gone, as seen from here"


def test_silent() -> None:
    """Of a process that is there, on another host, or with a strange name, the log says how long it has been silent."""
    for holder in (f"{HOST}:{os.getpid()}:ab12", "elsewhere:1:ab12", "strange", f"{HOST}:x:y", "::"):
        assert described(holder, timedelta(seconds=9.04)) == "it has given no sign of life for 9.04 s"
        assert described(holder, None) == "it gave no sign of life"
