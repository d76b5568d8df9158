"""Everything that one consumer process needs to claim, run and settle jobs."""

import os
import secrets
import socket
import sys
import time
from datetime import timedelta
from typing import Final

import attrs

from consumer import abilities
from consumer.attempt import Attempt
from consumer.huey_bridge.app import JobsHuey
from consumer.intake import Intake
from consumer.lanes import Lanes
from consumer.leaks import Leaks
from consumer.log_setup import LogSetup
from consumer.plan import Lane, Plan
from consumer.presence import Presence
from consumer.quarantine.host import Quarantine
from consumer.quarantine.seat import Seat
from consumer.summons import Summons
from consumer.sweeper import Sweeper
from consumer.timekeeper import Timekeeper
from consumer.wake_up import WakeUp
from jobdefs.storage import keys
from jobdefs.storage.execution import ExecutionCalls

_LAST_WORDS_S: Final = 3.0


# For how long a thread may keep the interpreter from one that waits. With Python's 5 ms a worker or the event loop
# would run all short jobs at hand before the intake could ask for more, and then have nothing to do until they come.
_SWITCH_S: Final = 0.0005


@attrs.frozen(kw_only=True)
class Orders:
    """What a consumer is told to do: which queues, how many handlers at once, and how long leases last."""

    namespace: str
    queues: tuple[str, ...]
    plans: dict[str, Plan]
    plain_tasks: bool
    concurrency: int
    lease: timedelta
    log: LogSetup
    # Made before process workers are, which share it.
    seat: Seat = attrs.field(factory=Seat)


class Station:
    """The lanes of one process, and the threads that keep them supplied: intake, presence, wake-up, sweeper."""

    def __init__(self, app: JobsHuey, orders: Orders, *, workers: int) -> None:
        self._workers = workers
        self.leaks = Leaks(workers)
        self.keeper = Timekeeper(self.leaks)
        self._quarantine = Quarantine(app, orders.seat, orders.log, orders.lease)
        self.lanes = Lanes(workers, orders.concurrency, self._quarantine, used=_used_lanes(orders), keeper=self.keeper)
        calls = ExecutionCalls(orders.namespace, orders.lease)
        holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.intake = Intake(app, calls, self.lanes, holder=holder, queues=orders.queues, plans=orders.plans)
        self._presence = Presence(app.store, calls, self.intake, abilities.announced(orders.plans, app.plain_names))
        markers = [keys.wake(orders.namespace, queue) for queue in orders.queues]
        own = keys.own_wake(orders.namespace, holder)
        self._wake_up = WakeUp(app.store, self.intake, markers)
        self._summons = Summons(app.store, own, self._answer_summons)
        self._sweeper = Sweeper(app.store, orders.namespace, orders.lease)

    def start(self) -> None:
        """Say that the consumer is here, and begin to claim."""
        sys.setswitchinterval(_SWITCH_S)
        self._presence.start()
        self.lanes.start(self.intake)
        self.intake.start()
        self._quarantine.start(self.intake)
        self._wake_up.start()
        self._summons.start()
        self._sweeper.start()

    def _answer_summons(self) -> None:
        # A cancel comes with a beat, a parked job that only this consumer can run with an exchange.
        self._presence.beat_now()
        self.intake.wake()

    @property
    def alive(self) -> bool:
        """Whether jobs are still claimed and settled."""
        return self.intake.alive

    @property
    def outdated(self) -> bool:
        """Whether the key space has become newer than this program, which has to end."""
        return self._presence.outdated

    def take(self, timeout_s: float) -> Attempt | None:
        """Return the next attempt for a worker, None after ``timeout_s`` without one."""
        return self.lanes.take(timeout_s)

    def drain(self) -> None:
        """Claim nothing more, and hand back what has not begun."""
        self._wake_up.stop()
        self._sweeper.stop()
        self.intake.drain()
        self.lanes.stir_workers(self._workers)

    def finish(self, deadline: float) -> None:
        """Wait for what runs until ``deadline`` (a moment of time.monotonic()), and hand back the rest."""
        self.drain()
        if not self.intake.holdings.wait_until_idle(max(deadline - time.monotonic(), 0.0)):
            self._quarantine.interrupt()
            self.intake.holdings.hand_back_all()
            self.lanes.cancel_all()
        self._summons.stop()
        # Presence keeps the leases of what the store does not know of yet.
        self.intake.close(max(deadline - time.monotonic(), _LAST_WORDS_S))
        self._presence.stop()
        self._quarantine.close()
        self.lanes.close()


def _used_lanes(orders: Orders) -> frozenset[Lane]:
    used = {plan.lane for plan in orders.plans.values()}
    return frozenset(used | {Lane.WORKERS} if orders.plain_tasks else used)
