"""The ways in which things break at one request, each of them at a moment that the proxy knows."""

from collections.abc import Callable
from enum import StrEnum

import attrs

from faults.tools.proxy import Cut, Message, Proxy, at


class Mode(StrEnum):
    """What happens at a request; the value is its name on the command line."""

    CUT_BEFORE = "cut-before"
    CUT_AFTER = "cut-after"
    CLIENT_BEFORE = "client-before"
    CLIENT_AFTER = "client-after"
    SERVER_AFTER = "server-after"
    POWER_LOSS = "power-loss"

    @property
    def kills_client(self) -> bool:
        """Whether the process that sent the request dies."""
        return self in (Mode.CLIENT_BEFORE, Mode.CLIENT_AFTER)

    @property
    def kills_server(self) -> bool:
        """Whether the server dies, and comes back with what is on its disk."""
        return self in (Mode.SERVER_AFTER, Mode.POWER_LOSS)


@attrs.define
class Break:
    """Breaks at one request; ``came`` tells whether that request has come.

    ``harm`` kills whoever is to be killed, and returns when that is done; a thread of the proxy calls it.
    """

    mode: Mode
    number: int
    harm: Callable[[], None]
    came: bool = False

    def arm(self, proxy: Proxy) -> None:
        """Let the proxy break when the request comes, or when its reply does."""
        before = self.mode in (Mode.CUT_BEFORE, Mode.CLIENT_BEFORE)
        way = proxy.requests if before else proxy.replies
        way.act = at(self.number, self._act)

    def _act(self, message: Message) -> None:
        self.came = True
        if self.mode.kills_client or self.mode.kills_server:
            self.harm()
        # What somebody was told has to be there after a loss of power.
        raise Cut(len(message.data) if self.mode is Mode.POWER_LOSS else 0)
