"""What connections have from the socket that listens."""

import socket
import sys

import pytest

from service import listener
from service.settings import ServiceSettings

# More than the system keeps for both sides.
MUCH = b"x" * 64 * 1024 * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="the system has no such bound")
def test_who_never_reads_is_hung_up_on(monkeypatch: pytest.MonkeyPatch):
    """A connection from which nothing is read ends, though its client lives."""
    monkeypatch.setattr(listener, "UNREAD_S", 0.5)
    with (
        listener.listen(ServiceSettings(port=0)) as place,
        socket.create_connection(place.getsockname()),
        place.accept()[0] as connection,
    ):
        connection.settimeout(30)
        with pytest.raises(OSError, match="Connection timed out"):
            connection.sendall(MUCH)
