"""What the shop's jobs are."""

from datetime import timedelta

import attrs

from jobdefs import RetryPolicy, define

QUICK = RetryPolicy(first_delay=timedelta(milliseconds=40))
ONCE = RetryPolicy(attempts=1)


class SoldOut(Exception):
    """The goods are gone, and trying again brings none."""


@define("ADD")
@attrs.frozen
class Add:
    """Adds; ``def`` without a context."""

    a: int
    b: int


@define("ECHO")
@attrs.frozen
class Echo:
    """Gives its text back; ``async def`` without a context."""

    text: str


@define("ABOUT", retry=QUICK)
@attrs.frozen
class About:
    """Tells what its context says; ``def``."""


@define("ABOUT_ASYNC", timeout=timedelta(seconds=20))
@attrs.frozen
class AboutAsync:
    """Tells what its context says; ``async def``."""


@define("NAP", retry=QUICK)
@attrs.frozen
class Nap:
    """Holds a worker for a while; the first ``failures`` attempts fail."""

    seconds: float = 0.0
    failures: int = 0


@define("DOZE", retry=QUICK)
@attrs.frozen
class Doze:
    """Stays on the event loop for a while."""

    seconds: float = 0.0


@define("SLOWER", retry=QUICK)
@attrs.frozen
class Slower:
    """Ends at once, and takes its time if an earlier attempt was lost; ``async def``."""


@define("LETTER", queue="mail")
@attrs.frozen
class Letter:
    """Waits in a queue of its own."""


@define("FAIL", retry=QUICK)
@attrs.frozen
class Fail:
    """Ends in a way that is no success."""

    how: str


@define("CRASH", retry=QUICK)
@attrs.frozen
class Crash:
    """Ends its process at first, as a fault in a C library would."""


@define("FAIL_ASYNC", retry=ONCE)
@attrs.frozen
class FailAsync:
    """Ends in a way that is no success; ``async def``."""

    how: str


@define("GIVE_UP", retry=attrs.evolve(QUICK, never_for=(SoldOut,)))
@attrs.frozen
class GiveUp:
    """Raises what its policy never retries."""


@define("SNOOZE", retry=ONCE)
@attrs.frozen
class Wait:
    """Snoozes once."""


@define("ORDERS")
@attrs.frozen
class Orders:
    """Enqueues many other jobs; ``async def``."""

    number: int


@define("ORDER", retry=ONCE)
@attrs.frozen
class Order:
    """Enqueues an ECHO, and then fails if it is told to."""

    fails: bool = False


@define("STUCK", retry=ONCE, timeout=timedelta(milliseconds=200))
@attrs.frozen
class Stuck:
    """Never ends by itself; ``def``."""


@define("STUCK_ASYNC", retry=ONCE, timeout=timedelta(milliseconds=200))
@attrs.frozen
class StuckAsync:
    """Never ends by itself; ``async def``."""


@define("PATIENT", retry=ONCE, timeout=timedelta(milliseconds=200))
@attrs.frozen
class Patient:
    """Asks its context whether to stop."""


@define("MUMBLE", retry=QUICK)
@attrs.frozen
class Mumble:
    """Fails with words that are no text."""


@define("PILL", retry=QUICK)
@attrs.frozen
class Pill:
    """Ends its process in every attempt, by an exit code, a fault in a C library, or want of memory; or stops it."""

    how: str


@define("LINGER", retry=ONCE, timeout=timedelta(milliseconds=300))
@attrs.frozen
class Linger:
    """Goes on for a while, whatever interrupts it; ``def`` with a timeout."""

    seconds: float


@define("LINGER_ASYNC", retry=ONCE, timeout=timedelta(milliseconds=300))
@attrs.frozen
class LingerAsync:
    """Goes on for a while, whatever cancels it; ``async def`` with a timeout."""

    seconds: float


@define("STUBBORN", retry=ONCE)
@attrs.frozen
class Stubborn:
    """Goes on for a while, whatever interrupts it; ``def``."""

    seconds: float


@define("STUBBORN_ASYNC", retry=ONCE)
@attrs.frozen
class StubbornAsync:
    """Goes on for a while, whatever cancels it; ``async def``."""

    seconds: float


@define("DIGEST", retry=ONCE, timeout=timedelta(milliseconds=300))
@attrs.frozen
class Digest:
    """Stays in C code for a minute, and lets other threads run."""


@define("GRIP", retry=ONCE)
@attrs.frozen
class Grip:
    """Holds the interpreter's lock for a while, in its first attempt."""

    seconds: float


@define("DEAF", retry=ONCE, timeout=timedelta(milliseconds=100))
@attrs.frozen
class Deaf:
    """Goes on whatever interrupts it."""


@define("CLOG", retry=ONCE, timeout=timedelta(milliseconds=300))
@attrs.frozen
class Clog:
    """Blocks the event loop for a while; ``async def`` with a timeout."""

    seconds: float


@define("CHOKE", retry=ONCE)
@attrs.frozen
class Choke:
    """Blocks the event loop for a while; ``async def``."""

    seconds: float


@define("POLITE", retry=ONCE, timeout=timedelta(milliseconds=200))
@attrs.frozen
class Polite:
    """Stops when told, but takes a while to; ``def`` with a timeout."""

    seconds: float


@define("SNAIL", retry=ONCE, timeout=timedelta(seconds=4))
@attrs.frozen
class Snail:
    """Goes on for half a minute, whatever interrupts it; ``def`` with a timeout of several short leases."""


@define("RESTLESS", retry=ONCE)
@attrs.frozen
class Restless:
    """Snoozes for a millisecond, so many times."""

    times: int


@define("MEDDLE", retry=ONCE)
@attrs.frozen
class Meddle:
    """Lays hands on the event loop: ``self`` cancels its own task, ``all`` every task, ``stop`` stops the loop."""

    how: str
