"""The kinds of work that are measured, each in a file of its own."""

from typing import Final

from bench.race import Bench
from bench.rows.backlog import BACKLOG
from bench.rows.batches import BATCHES
from bench.rows.decoding import DECODING
from bench.rows.delayed import DELAYED
from bench.rows.drain import DRAIN
from bench.rows.footprint import FOOTPRINT
from bench.rows.herd import HERD
from bench.rows.idle import IDLE
from bench.rows.pauses import PAUSES
from bench.rows.pickup import PICKUP
from bench.rows.posting import DISK, POSTING
from bench.rows.start_up import START_UP

BENCHES: Final[tuple[Bench, ...]] = (
    DRAIN,
    PAUSES,
    PICKUP,
    DELAYED,
    HERD,
    POSTING,
    BATCHES,
    DISK,
    BACKLOG,
    FOOTPRINT,
    IDLE,
    DECODING,
    START_UP,
)
