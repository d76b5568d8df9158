"""The server forgets the scripts, or becomes another one: F32."""

from collections.abc import Iterator
from typing import Any, Final

from faults.judge import Case
from faults.row import Row
from faults.server import Kind, Server
from faults.setup import Setup
from faults.stage import Stage

_EVERY_S: Final = 0.02


def flush(stage: Stage) -> None:
    """Have the server forget every script, fifty times a second, as long as jobs are put in."""
    with stage.server.client() as client:
        while stage.producer.is_alive():
            client.script_flush()
            stage.sleep(_EVERY_S)


def forgot(stage: Stage) -> str:
    """Tell how often it forgot, and how often a script was asked for that it had forgotten."""
    flushes = stage.server.info("commandstats")["cmdstat_script|flush"]["calls"]
    unknown = stage.server.info("errorstats").get("errorstat_NOSCRIPT", {}).get("count", 0)
    return f"{flushes} times SCRIPT FLUSH; {unknown} scripts were asked for in vain" if unknown else ""


def nobody_notices(stage: Stage, _case: Case) -> Iterator[str]:
    """No enqueue fails for it."""
    if stage.producer.retries and stage.is_ours:
        yield f"{stage.producer.retries} enqueues got no job"


def redis_at_first(_kind: Kind, *made_of: Any) -> Server:
    """Return a Redis, whatever is asked for."""
    return Server("redis", *made_of)


def _version(stage: Stage) -> str:
    told = stage.server.info("server")
    return f"Valkey {told['valkey_version']}" if "valkey_version" in told else f"Redis {told['redis_version']}"


def replace_by_valkey(stage: Stage) -> None:
    """Stop Redis in order, and start Valkey on its files and at its address."""
    assert stage.server.process
    stage.sleep(1.5)
    stage.fault("upgrade", _version(stage))
    stage.server.process.terminate()
    stage.server.process.wait()
    stage.server.kind = "valkey"
    stage.server.start()


def was_replaced(stage: Stage) -> str:
    """Tell what was replaced by what."""
    before = next((line.detail for line in stage.ledger.lines() if line.job == "upgrade"), "")
    after = _version(stage)
    return f"{before.replace('_', ' ')} became {after}" if after.startswith("Valkey") else ""


ROWS: Final = (
    Row(
        id="F32",
        title="the server forgets all scripts (SCRIPT FLUSH), fifty times a second",
        inject=flush,
        evidence=forgot,
        promises=nobody_notices,
        rival="it has no scripts of its own",
    ),
    Row(
        id="F32u",
        title="Redis is stopped, and Valkey started on its files",
        setup=Setup(server=redis_at_first),
        inject=replace_by_valkey,
        evidence=was_replaced,
    ),
)
