"""Where the service of `aiohttp-huey up` listens, known before anything starts."""

import socket
from typing import Final

import attrs

from jobdefs.errors import SettingsError

_ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read here, not bound


@attrs.frozen
class Address:
    """A host and a port; ``url`` is how this machine reaches them."""

    host: str
    port: int

    @property
    def reachable(self) -> str:
        """The host as a client on this machine names it."""
        return _ANY.get(self.host, self.host)

    @property
    def url(self) -> str:
        """The service's address without a slash at its end."""
        host = f"[{self.reachable}]" if ":" in self.reachable else self.reachable
        return f"http://{host}:{self.port}"


def claim(host: str, port: int, *, otherwise_any: bool = False) -> Address:
    """Return an address that is free; port 0 stands for any.

    Raises SettingsError where it cannot be had, unless another port will do.
    """
    try:
        return Address(host, _bound(host, port))
    except OSError as error:
        if otherwise_any and port:
            return claim(host, 0)
        message = f"{host} port {port} cannot be used: {error.strerror}; stop what uses it, or give another one: --port"
        raise SettingsError(message) from error


def _bound(host: str, port: int) -> int:
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(place)
        # SO_REUSEADDR lets two sockets be bound, but only one listen.
        probe.listen()
        return int(probe.getsockname()[1])
