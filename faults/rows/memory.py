"""The server has no memory left, or is told to throw keys away: F19, F20."""

from collections.abc import Iterator
from typing import Final

from faults.judge import Case
from faults.ledger import Line
from faults.row import Row
from faults.setup import Setup
from faults.stage import Stage

_FULL: Final = "full"
_ROOM: Final = "room"
_EVICTING: Final = "evicting"
_NOTICED: Final = "noticed"
_MENDED: Final = "mended"
# What is known of a server is five seconds old at the most.
_NOTICED_S: Final = 6.0


def fill_up(stage: Stage) -> None:
    """Leave the server no memory, wait until all that is in has run, and give it back."""
    stage.until(lambda: stage.count("ack") >= stage.either((60, 400)), "jobs")
    with stage.server.client() as client:
        client.config_set("maxmemory", 1)
        stage.fault(_FULL)
        stage.until(lambda: stage.producer.retries > 0, "a refusal")
        stage.until(lambda: not stage.system.unfinished(stage.server.url), "the end of all that is in")
        stage.sleep(1)
        stage.fault(_ROOM)
        client.config_set("maxmemory", 0)


def was_full(stage: Stage) -> str:
    """Tell how often the server refused a command, and how many handlers came to their end meanwhile."""
    refused = stage.server.info("errorstats").get("errorstat_OOM", {}).get("count", 0)
    ended = len(_meanwhile(stage, _FULL, _ROOM, "end"))
    return f"out of memory, the server refused {refused} commands; {ended} handlers ended meanwhile" if refused else ""


def only_room_lets_in(stage: Stage, _case: Case) -> Iterator[str]:
    """What is in runs to its end without memory; nothing is acknowledged meanwhile."""
    yield from _none_acknowledged(stage, _FULL, _ROOM)
    if stage.is_ours and not _meanwhile(stage, _FULL, _ROOM, "end"):
        yield "no handler came to its end while the server had no memory"


def let_evict(stage: Stage) -> None:
    """Have the server throw keys away where it lacks memory, for longer than it may take until that is noticed."""
    stage.sleep(0.5)
    with stage.server.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        stage.fault(_EVICTING)
        stage.sleep(_NOTICED_S)
        stage.fault(_NOTICED)
        stage.sleep(stage.either((2, 10)))
        stage.fault(_MENDED)
        client.config_set("maxmemory-policy", "noeviction")


def was_noticed(stage: Stage) -> str:
    """Tell after how many seconds the service refused, and how often the consumers sounded the alarm."""
    refused = [line.at_ns for line in stage.ledger.lines() if line.word == "unanswered"]
    if not refused:
        return "maxmemory-policy allkeys-lru was set, and nobody noticed" if not stage.is_ours else ""
    after_s, alarms = (refused[0] - _at_ns(stage, _EVICTING)) / 1e9, stage.fleet.logged("CRITICAL", "maxmemory-policy")
    return (
        f"allkeys-lru was noticed after {after_s:.1f} s; {len(alarms)} alarms in the consumers' log" if alarms else ""
    )


def nothing_in_danger(stage: Stage, _case: Case) -> Iterator[str]:
    """Once a server that may throw jobs away must have been noticed, nothing more is put in."""
    yield from _none_acknowledged(stage, _NOTICED, _MENDED)


def _none_acknowledged(stage: Stage, begin: str, end: str) -> Iterator[str]:
    """Whatever was tried only then was not acknowledged then; an answer may be on its way when it begins."""
    if stage.is_ours:
        begin_ns, tried = _at_ns(stage, begin), dict[str, int]()
        for line in stage.ledger.lines():
            if line.word == "try":
                tried[line.order] = line.at_ns
        for line in _meanwhile(stage, begin, end, "ack"):
            if tried[line.order] > begin_ns:
                yield f"order {line.order} was acknowledged"


def _meanwhile(stage: Stage, begin: str, end: str, word: str) -> list[Line]:
    begin_ns, end_ns = _at_ns(stage, begin), _at_ns(stage, end)
    return [line for line in stage.ledger.lines() if line.word == word and begin_ns < line.at_ns < end_ns]


def _at_ns(stage: Stage, fault: str) -> int:
    return next(line.at_ns for line in stage.ledger.lines() if (line.word, line.job) == ("fault", fault))


ROWS: Final = (
    Row(
        id="F19",
        title="the server has no memory left (OOM), and gets some",
        setup=Setup(nap_ms=200),
        inject=fill_up,
        evidence=was_full,
        promises=only_room_lets_in,
    ),
    Row(
        id="F20",
        title="maxmemory-policy becomes allkeys-lru while everything runs, and is mended",
        setup=Setup(seconds=(9.0, 30.0)),
        inject=let_evict,
        evidence=was_noticed,
        promises=nothing_in_danger,
    ),
)
