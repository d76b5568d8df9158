"""The system that is harmed: how large it is, and how it is set up."""

from collections.abc import Callable
from typing import Final

import attrs

from faults.orders import HARMLESS, NAP_MS, Kind
from faults.server import Server

QUARANTINE: Final = 1


@attrs.frozen(kw_only=True)
class Setup:
    """The system that is harmed. What differs between a quick and a full run is a pair, quick first.

    ``jobs`` are put in evenly over ``seconds``, half of them by way of a service process where ``api`` says so.
    ``fsync`` is the server's ``appendfsync``, or ``""`` for no append-only file. ``forked`` consumers are at work
    sooner, see ``nursery.py``. ``workers`` are threads of a consumer, ``concurrency`` its async handlers; ``lease_s``
    and ``drain_s`` are seconds. ``options`` and ``server_variables`` are the server's, which is made by ``server``;
    ``variables`` are settings of the programs.
    """

    jobs: tuple[int, int] = (300, 2_000)
    seconds: tuple[float, float] = (4.0, 20.0)
    kinds: tuple[Kind, ...] = HARMLESS
    nap_ms: int = NAP_MS
    consumers: int = 2
    forked: bool = False
    workers: int = 4
    concurrency: int = 4
    lease_s: float = 2.0
    drain_s: float = 20.0
    fsync: str = "always"
    api: bool = True
    options: tuple[str, ...] = ()
    server: Callable[..., Server] = Server
    server_variables: dict[str, str] = attrs.field(factory=dict)
    variables: dict[str, str] = attrs.field(factory=dict)

    @property
    def slots(self) -> int:
        """How many handlers can run in one consumer at once."""
        return self.workers + self.concurrency + QUARANTINE

    @property
    def held(self) -> int:
        """How many runs a consumer that dies may take along: those under way, and those whose ends are being told.

        That is for jobs that take a millisecond or more; of shorter ones a batch is at hand in each lane, and one more
        is being told.
        """
        return 2 * self.slots

    @property
    def server_options(self) -> tuple[str, ...]:
        """What the server is given on its command line."""
        kept = ("--appendonly", "yes", "--appendfsync", self.fsync) if self.fsync else ("--appendonly", "no")
        return *kept, *self.options
