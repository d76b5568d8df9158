"""All runs of a campaign: which there are, and several of them at a time, since each mostly waits for its turn."""

import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

import attrs

from faults.crashes.modes import Mode
from faults.crashes.mortal import Mortal
from faults.crashes.run import Run
from faults.server import Kind

_AT_A_TIME: Final = 4
_GROUP: Final = 12


@attrs.frozen
class Case:
    """One run: where it breaks and how."""

    mode: Mode
    number: int


@attrs.frozen
class Outcome:
    """A run and every promise that it broke."""

    case: Case
    violations: tuple[str, ...]


@attrs.frozen
class Campaign:
    """Runs on servers of a kind; ``bug`` names what is wrong with the product, empty for nothing."""

    kind: Kind
    bug: str = ""

    def record(self) -> list[str]:
        """Return the names of the requests, in their order; raises SettingsError where there is no such server."""
        with _place() as place, Mortal.running(self.kind, place / "server") as server:
            return Run(server, "recorded", place / "run").record()

    def outcomes(self, cases: Sequence[Case]) -> Iterator[Outcome]:
        """Yield what came of each run, in any order; raises ToolMissing where power cannot be cut here."""
        groups = [cases[start : start + _GROUP] for start in range(0, len(cases), _GROUP)]
        with ProcessPoolExecutor(_AT_A_TIME, mp_context=multiprocessing.get_context("forkserver")) as pool:
            for done in as_completed([pool.submit(self._group, group) for group in groups]):
                yield from done.result()

    def _group(self, cases: Sequence[Case]) -> list[Outcome]:
        """Play some runs one after another, on one server as long as none of them kills it."""
        with _place() as place, Mortal.running(self.kind, place / "server") as server:
            return [self._outcome(case, server, place) for case in cases]

    def _outcome(self, case: Case, shared: Mortal, place: Path) -> Outcome:
        name = f"{case.mode}-{case.number}"
        own = Mortal.running(self.kind, place / f"server-{name}", on_shim=case.mode is Mode.POWER_LOSS)
        with own if case.mode.kills_server else nullcontext(shared) as server:
            run = Run(server, name, place / name, self.bug)
            return Outcome(case, tuple(run.broken_promises(case.mode, case.number)))


@contextmanager
def _place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="crashes-") as place:
        yield Path(place)
