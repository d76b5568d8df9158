"""Consumers die or are told to stop: F1, F2, F3."""

from typing import Final

from faults.orders import Kind
from faults.row import Row, held_per_death
from faults.setup import Setup
from faults.stage import Stage

_LONGEST_S: Final = 0.4


def kill_in_mid_work(stage: Stage, times: tuple[int, int] = (4, 20)) -> None:
    """Kill a consumer whose handlers run, up to 400 ms after they were seen, again and again."""
    for _ in range(stage.either(times)):
        number = stage.until(lambda: _at_work(stage), "a consumer whose handlers run")[0]
        stage.sleep(stage.dice.uniform(0, _LONGEST_S))
        stage.fleet.kill(number)


def _at_work(stage: Stage) -> list[int]:
    busy = stage.under_way()
    found = [number for number, process in enumerate(stage.fleet.running) if busy[process.pid] > 0]
    stage.dice.shuffle(found)
    return found


def killed_and_cut_off(stage: Stage) -> str:
    """Tell how many consumers died by SIGKILL, and how many runs they took along."""
    deaths = stage.fleet.codes.count(-9)
    running = {process.pid for process in stage.fleet.running}
    cut = sum(count for pid, count in stage.under_way().items() if pid not in running)
    return f"{deaths} consumers died by SIGKILL, in the midst of {cut} runs" if deaths and cut else ""


def roll(stage: Stage) -> None:
    """Restart every consumer by SIGTERM, one after another."""
    for _ in range(stage.either((1, 3))):
        for number in range(stage.setup.consumers):
            stage.fault("restart", stage.fleet.restart(number))
            stage.fleet.await_ready()


def ended_in_order(stage: Stage) -> str:
    """Tell how many consumers ended, ours with exit code 0."""
    codes = stage.fleet.codes
    in_order = codes and not (any(codes) and stage.is_ours)
    return f"{len(codes)} consumers were asked to end, and ended with {sorted(set(codes))}" if in_order else ""


def stop_impatiently(stage: Stage) -> None:
    """Stop consumers with handlers that outlast the drain: by a second SIGTERM, and by SIGKILL."""
    for number in range(stage.setup.consumers):
        stage.until(lambda: _at_work(stage), "a consumer whose handlers run")
        process = stage.fleet.running[number]
        process.terminate()
        stage.sleep(0.5)
        stage.fault("impatience", "SIGKILL" if number % 2 else "SIGTERM")
        process.kill() if number % 2 else process.terminate()
        stage.fleet.replace(number)
        stage.fleet.await_ready()


def cut_short(stage: Stage) -> str:
    """Tell how the consumers ended that were not given their time."""
    codes, cut = stage.fleet.codes, stage.count("start") - stage.count("end") - stage.count("fail")
    return f"consumers ended with {codes}, in the midst of {cut} runs" if codes and cut else ""


ROWS: Final = (
    Row(
        id="F1",
        title="a consumer is killed (SIGKILL) in mid-work, again and again",
        setup=Setup(seconds=(6.0, 30.0), consumers=3),
        inject=kill_in_mid_work,
        evidence=killed_and_cut_off,
        bound=held_per_death,
    ),
    Row(
        id="F2",
        title="every consumer is restarted (SIGTERM) under load, one after another",
        inject=roll,
        evidence=ended_in_order,
    ),
    Row(
        id="F3",
        title="a drain is cut short by a second SIGTERM, or by SIGKILL",
        setup=Setup(kinds=(Kind.NAP, Kind.NO_OP), nap_ms=2_000, jobs=(60, 300)),
        inject=stop_impatiently,
        evidence=cut_short,
        bound=lambda stage: stage.setup.held * stage.happened("impatience"),
    ),
)
