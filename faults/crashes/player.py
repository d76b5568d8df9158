"""A process that plays: from the step that was begun last, to the end or until it is killed."""

import os
from pathlib import Path

import attrs

from consumer.log_setup import LogSetup
from faults.crashes import entries
from faults.crashes.cast import Cast
from faults.crashes.conditions import conditions
from faults.crashes.healing import heal
from faults.crashes.scenario import STEPS
from faults.crashes.scribe import Scribe
from faults.crashes.seeded import seeded
from faults.ledger import Ledger


@attrs.frozen
class Part:
    """What a player is told: the server's address, the namespace, and where the ledger and the log are.

    ``heals`` is whether it goes on until all jobs have ended; ``bug`` names what is wrong with the product.
    """

    url: str
    namespace: str
    place: Path
    heals: bool = True
    bug: str = ""

    @property
    def ledger(self) -> Path:
        """Where clients and handlers write."""
        return self.place / "ledger"

    @property
    def log(self) -> Path:
        """Where the programs write."""
        return self.place / "log"


def play(part: Part) -> None:
    """Take the steps that are left, then heal."""
    os.dup2(os.open(part.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), 2)
    ledger = Ledger.at(part.ledger)
    begun = [int(entry.about) for entry in entries.read(ledger) if entry.word == "step"]
    scribe = Scribe.taking_over(ledger)
    scribe.sit_down()
    LogSetup("INFO", "text", str(part.log)).apply()
    with conditions(scribe), seeded(part.bug):
        cast = Cast(part.url, part.namespace)
        for number in range(max(begun, default=0), len(STEPS)):
            scribe.write("step", str(number), STEPS[number].__name__)
            STEPS[number](cast)
        if part.heals:
            scribe.write("heal", "-")
            heal(cast)
