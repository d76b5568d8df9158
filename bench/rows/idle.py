"""What a consumer costs that has nothing to do: commands, CPU time, memory."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from bench import ledger, server
from bench.contestants import Contestant, ours, stock_huey
from bench.jobs import Urgent
from bench.programs import Program, awaited, consumer
from bench.race import Bench, Figures, Line, Plan, Runs, Side, Target

_WORDS: Final = ("commands", "CPU", "memory")
_OURS, _STOCK = "idle consumer", "stock Huey"
_SETTLING_S: Final = 0.3
_BEGIN, _END = "the measurement begins", "the measurement ends"


class _Idler:
    """A consumer that has one job to do, and what it does from then on; lives as long as the stack."""

    def __init__(self, contestant: Contestant, stack: ExitStack) -> None:
        self._client = (running := stack.enter_context(server.running())).client
        self._book = stack.enter_context(ledger.opened())
        self._program = stack.enter_context(consumer(contestant, running.url, self._book))
        contestant.fill(running.url, 1)
        self._monitor: Any = stack.enter_context(self._client.monitor())
        self._began = (0.0, 0.0)

    def come_to_rest(self) -> None:
        """Wait for the first job, and measure from a moment after it."""
        awaited(self._program, self._book, 0)
        time.sleep(_SETTLING_S)
        self._commands_until(_BEGIN)
        self._began = (time.monotonic(), self._program.cpu_s())

    def figures(self, name: str) -> Figures:
        """Return commands per second, percent of one core, and resident mebibytes, since it came to rest."""
        wall_s, cpu_s = time.monotonic() - self._began[0], self._program.cpu_s() - self._began[1]
        values = (self._commands_until(_END) / wall_s, 100 * cpu_s / wall_s, _resident_mib(self._program))
        return {f"{name} {word}": value for word, value in zip(_WORDS, values, strict=True)}

    def _commands_until(self, mark: str) -> int:
        """Count what came from outside up to now: a script's own commands are part of one."""
        self._client.echo(mark)
        count = 0
        while not (seen := self._monitor.next_command())["command"].endswith(mark):
            count += seen["client_type"] != "lua"
        return count


def _resident_mib(program: Program) -> float:
    status = Path(f"/proc/{program.process.pid}/status").read_text("utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _runs(plan: Plan) -> Runs:
    """Watch as many consumers as there are rounds, all of them at the same time: each is on a server of its own."""
    with ExitStack() as stack:
        watched = [{name: _Idler(contestant, stack) for name, contestant in _SIDES.items()} for _ in range(plan.rounds)]
        for idler in [idler for pair in watched for idler in pair.values()]:
            idler.come_to_rest()
        time.sleep(plan.size(10, 30))
        for pair in watched:
            yield {word: value for name, each in pair.items() for word, value in each.figures(name).items()}


_SIDES: Final = {_OURS: ours(Urgent), _STOCK: stock_huey("RedisHuey", task="noted")}


def _line(word: str, unit: str, place: int, bound: float | None) -> Line:
    return Line(
        work=f"idle consumer, {word}",
        unit=unit,
        ours=f"{_OURS} {word}",
        rival=f"{_STOCK} {word}",
        target=None if bound is None else Target(bound, at_most=True, of_ratio=False),
        lower_is_better=True,
        place=place,
    )


IDLE: Final = Bench(
    "idle",
    (Side(tuple(f"{name} {word}" for name in _SIDES for word in _WORDS), _runs),),
    (
        _line("commands", "per s", 2, 1),
        _line("CPU", "%", 2, 0.3),
        _line("memory", "MiB", 0, None),
    ),
)
