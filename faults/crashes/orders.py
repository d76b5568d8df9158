"""What the scenario puts in, and how each of these jobs has to end, whatever breaks on the way."""

from datetime import timedelta
from typing import Any, Final

import attrs

from faults.crashes.jobs import Work
from faults.crashes.novelty import Novelty
from jobdefs.state import State
from service.options import EnqueueOptions

KNOWN: Final = "faults.crashes.jobs"
HANDLED: Final = "faults.crashes.handlers"
NOVELTY: Final = "faults.crashes.novelty"

SECOND: Final = timedelta(seconds=1)
_KEY: Final = "key"
# More than a claim brings at once.
_LONG: Final = "x" * 10_000


@attrs.frozen
class Order:
    """One job: its id, its payload, its options, the state in which it has to end, and after how many failures."""

    id: str
    payload: Any = attrs.field(factory=Work)
    options: EnqueueOptions = attrs.field(factory=EnqueueOptions)
    end: State = State.SUCCEEDED
    failures: int = 0

    @property
    def asked(self) -> EnqueueOptions:
        """All options: what is answered is to be on the disk."""
        return {"id": self.id, "durability": "disk", **self.options}

    @property
    def delay(self) -> timedelta:
        """How long it may not begin."""
        return self.options.get("delay", timedelta(0))

    @property
    def leads(self) -> bool:
        """Whether its success brings a follow-up."""
        return isinstance(self.payload, Work) and self.payload.leads


PLAIN: Final = Order("plain")
LEADING: Final = Order("leading", Work(leads=True))
LONG: Final = Order("long", Work(text=_LONG))
URGENT: Final = Order("urgent", options={"priority": 9})
UNIQUE: Final = Order("unique", options={"unique_key": _KEY, "on_conflict": "error"})
RIVAL: Final = Order("rival", options={"unique_key": _KEY, "on_conflict": "error"})
CONTENT: Final = Order("content", options={"unique_key": _KEY})
HEIR: Final = Order("heir", options={"unique_key": _KEY, "on_conflict": "error"})
LAST: Final = Order("last", options={"unique_key": _KEY, "on_conflict": "error"})
DELAYED: Final = Order("delayed", options={"delay": 20 * SECOND})
EXPIRING: Final = Order("expiring", options={"expires_in": 5 * SECOND}, end=State.EXPIRED)
FAILING: Final = Order("failing", Work(failures=1), failures=1)
REPLAYED: Final = Order("replayed", Work(failures=2))
WITHDRAWN: Final = Order("withdrawn", options={"delay": 3600 * SECOND}, end=State.CANCELLED)
STOPPED: Final = Order("stopped", end=State.CANCELLED)
PARKED: Final = Order("parked", Novelty())
OVERTAKEN: Final = Order("overtaken")
RELEASED: Final = Order("released")

# Those with one key, in the order in which they are put in.
KEYED: Final = (UNIQUE, RIVAL, CONTENT, HEIR, LAST)
ORDERS: Final = {
    order.id: order
    for order in (
        *(PLAIN, LEADING, LONG, URGENT, UNIQUE, RIVAL, CONTENT, HEIR, LAST, DELAYED, EXPIRING),
        *(FAILING, REPLAYED, WITHDRAWN, STOPPED, PARKED, OVERTAKEN, RELEASED),
    )
}
