"""What is other than in a program that runs by itself: time stands still, and nobody waits for long."""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

from consumer import intake, lanes, station, wake_up
from consumer.log_setup import LogSetup
from faults.crashes.scribe import Scribe
from faults.crashes.ward import Ward
from jobdefs import discovery
from jobdefs.storage import moment, suitability

# How long those who were not answered wait before they ask again, and when they give up, in seconds.
PAUSE_S: Final = 0.001
PATIENCE_S: Final = 30.0


@contextmanager
def conditions(scribe: Scribe) -> Iterator[None]:
    """Let the store be told the scribe's time, and make the product's pauses short, as long as the block lasts."""
    changed: tuple[tuple[Any, str, Any], ...] = (
        # Every script that wants to know the time is told it by this.
        (moment, "argument", lambda _clock: scribe.now_ms),
        (intake, "_FIRST_PAUSE_S", PAUSE_S),
        (wake_up, "_PAUSE_S", PAUSE_S),
        (wake_up, "_POLL_S", PAUSE_S),
        # How many jobs are claimed at once is not to depend on how fast this machine is.
        (lanes, "SHORT_S", 0.0),
        (station, "Quarantine", Ward),
        # What is known of a server is read again after some seconds, which depend on this machine, too.
        (suitability, "_FRESH_S", math.inf),
        # Nobody else's jobs take part, and whoever plays has one log for all.
        (discovery, "entry_point_modules", lambda _group: ()),
        (LogSetup, "apply", lambda _setup: None),
    )
    with ExitStack() as stack:
        for place, name, value in changed:
            stack.enter_context(patch.object(place, name, value))
        yield
