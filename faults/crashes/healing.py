"""After the break: what operators and clients do, until every job has ended."""

from typing import Final

from faults.crashes.cast import Cast
from faults.crashes.orders import LAST, ORDERS, REPLAYED, Order
from faults.crashes.scenario import BEAT
from faults.crashes.scribe import scribe
from faults.crashes.worker import Worker

# Leases and times of grace are over by then, more than once.
_BEATS: Final = 24


def heal(cast: Cast) -> None:
    """Drain by a new consumer, put in everything again, replay what died, and put in one more job under the key."""
    newcomer = cast.newcomer()
    _drain(newcomer)
    cast.producer.put_in_again([order for order in ORDERS.values() if _is_answered(order)])
    cast.producer.replay(REPLAYED)
    cast.producer.put_in(LAST)
    _drain(newcomer)


def _is_answered(order: Order) -> bool:
    return scribe().knows("ack", order.id) or scribe().knows("held", order.id)


def _drain(worker: Worker) -> None:
    for _ in range(_BEATS):
        worker.beat()
        worker.work_off()
        if worker.is_through():
            break
        scribe().wait(BEAT)
