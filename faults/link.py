"""The link between the programs and the server, where a row can cut, hold and slow it."""

from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from faults.server import Server
from faults.stage import Stage
from faults.tools.proxy import Proxy


@attrs.define
class LinkedServer(Server):
    """A server before which a proxy stands; use it with ``through_a_proxy``."""

    proxy: Proxy | None = None


@contextmanager
def through_a_proxy(stage: Stage) -> Iterator[str]:
    """Have every program reach the server through one proxy."""
    assert isinstance(stage.server, LinkedServer)
    with Proxy(stage.server.url) as stage.server.proxy:
        yield stage.server.proxy.url


def proxy_of(stage: Stage) -> Proxy:
    """Return the proxy before a stage's server."""
    assert isinstance(stage.server, LinkedServer)
    assert stage.server.proxy
    return stage.server.proxy
