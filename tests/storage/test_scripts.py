"""The scripts as files: each says in its header what it takes, and its callers and its body keep to that."""

import re
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from jobdefs.storage.call import Call
from jobdefs.storage.contract import Effect, Lease, Outcome, Room, Settlement
from jobdefs.storage.execution import ExecutionCalls
from jobdefs.storage.inspection import InspectionCalls
from jobdefs.storage.scripts import script
from jobdefs.storage.submission import SubmissionCalls, follow_up
from jobdefs.storage.upkeep import UpkeepCalls
from jobdefs.storage.values import ValueCalls
from jobdefs.unique import UniqueLock
from tests.support.stage import Stage, new_job

LUA = Path(str(files("jobdefs.storage") / "lua"))
SCRIPTS = sorted(path.stem for path in LUA.glob("*.lua"))
INCLUDES = sorted(path.stem for path in (LUA / "include").glob("*.lua"))
ENVELOPE = new_job("e").envelope
HOUR = timedelta(hours=1)


def settlement(outcome: Outcome) -> Settlement:
    effects = [
        follow_up(new_job("e", lock=UniqueLock(key="k"))),
        Effect("value", ("n", b"v", 1)),
        Effect("restore", ("r:a",)),
        Effect("chord", ("c", 0, 2, b"v", 1, ENVELOPE)),
    ]
    return Settlement(id="a", token="t", outcome=outcome, effects=effects)


_BUILDERS = SubmissionCalls("t"), ExecutionCalls("t"), InspectionCalls("t"), ValueCalls("t"), UpkeepCalls("t")


def sample_calls() -> list[Call[Any]]:
    """Return a call of every script."""
    submission, execution, inspection, values, upkeep = _BUILDERS
    settlements = [settlement(outcome) for outcome in Outcome]
    return [
        submission.submit([new_job("a"), new_job("b", delay=HOUR, lock=UniqueLock(key="k"))], confirm=True),
        submission.cancel("b", keep=HOUR),
        submission.replay("b"),
        execution.exchange(
            queues=["a", "b"], want=2, token="t2", holder="h", rooms=[Room(0, ("X",))], settlements=settlements
        ),
        execution.beat(holder="h", held=[Lease("a", "t"), Lease("b", "t")]),
        execution.announce(holder="h", abilities={"TEST_JOB": "d"}),
        inspection.open("epoch"),
        inspection.schema(),
        inspection.find("a"),
        inspection.page(state=None, queue="", name="", cursor=None, limit=10),
        inspection.queues(),
        inspection.ledger(),
        upkeep.sweep(),
        upkeep.upgrade(1),
        values.write("n", b"v"),
        values.read("n"),
        values.delete("n"),
        values.count("n", 1),
        values.revoke("r:a", b"v"),
        values.revocation("r:a"),
        values.restore("r:a"),
        values.chord("c"),
    ]


CALLS = {call.script.name: call for call in sample_calls()}


def header(name: str) -> str:
    """Return the comment at the head of a script."""
    text = (LUA / f"{name}.lua").read_text()
    return text[: text.index("\n--- @include")]


def arguments(name: str) -> tuple[list[int], bool]:
    """Return the numbers of the arguments that a header describes, and whether more follow."""
    found = re.findall(r"^-- ARGV\[(\d+)(…?)\]", header(name), re.MULTILINE)
    return [int(number) for number, _ in found], any(more for _, more in found)


def test_there_is_a_call_of_every_script() -> None:
    """Every script is called by somebody, and every call has its script."""
    assert sorted(CALLS) == SCRIPTS


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_header_is_complete(name: str) -> None:
    """A header says what the script does, its keys, its arguments from 1 on without gaps, and what it returns."""
    lines = header(name).splitlines()
    assert re.fullmatch(r"#!lua( flags=(allow-oom|no-writes))?", lines[0])
    assert re.fullmatch(r"-- [A-Z].*\.", lines[1])
    assert [line for line in lines if line.startswith("-- KEYS")] == ["-- KEYS[1]  {namespace}:meta"]
    assert any(line.startswith("-- Returns  ") for line in lines)
    numbers, _ = arguments(name)
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "exchange"])
def test_the_body_keeps_to_the_header(name: str) -> None:
    """The body uses each argument that the header describes, and no other key or argument."""
    source = script(name).source
    body = "\n".join(line for line in source.splitlines() if not line.startswith("--"))
    numbers, more = arguments(name)
    used = {int(number) for number in re.findall(r"ARGV\[(\d+)\]", body)}
    if more:
        assert f"for i = {numbers[-1]}, #ARGV" in body
        numbers.pop()
    assert (used, set(re.findall(r"KEYS\[(\d+)\]", body))) == (set(numbers), {"1"})


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_caller_keeps_to_the_header(name: str) -> None:
    """The Python call passes one key, and as many arguments as the header describes."""
    call = CALLS[name]
    numbers, more = arguments(name)
    assert call.keys == ("{t}:meta",)
    assert len(call.args) > len(numbers) if more or name == "exchange" else len(call.args) == len(numbers)


def test_an_exchange_takes_exactly_its_arguments(stage: Stage) -> None:
    """However many queues, names, settlements and effects there are, the script ends at the last argument."""
    source = script("exchange").source
    checked = source.replace("\nreturn {verdicts,", "\nassert(position == #ARGV)\nreturn {verdicts,")
    assert checked != source
    stage.submit("a")
    for args in (CALLS["exchange"].args, stage.execution.exchange(queues=[], want=0, token="t", holder="h").args):
        stage.client.eval(checked, 1, "{t}:meta", *args)


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_runs(stage: Stage, name: str) -> None:
    """Each script is taken in by the server, runs on an empty key space, and its reply can be read."""
    assert stage.client.script_load(CALLS[name].script.source) == CALLS[name].script.sha
    stage.send(CALLS[name])


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_that_only_looks_cannot_write(name: str) -> None:
    """What only reads says so, and the server forbids it to write; what makes room runs without memory too."""
    expected = {
        **dict.fromkeys(
            ("schema", "find", "page", "queues", "ledger", "value_read", "revocation", "chord_read"), " flags=no-writes"
        ),
        **dict.fromkeys(("submit", "replay", "revoke", "value_write", "value_count"), ""),
    }
    assert header(name).splitlines()[0] == "#!lua" + expected.get(name, " flags=allow-oom")


@pytest.mark.parametrize("name", SCRIPTS)
def test_includes(name: str) -> None:
    """Each include exists, is put in once, and nothing of the line that names it is left."""
    names = re.findall(r'^--- @include "([a-z_]+)"$', (LUA / f"{name}.lua").read_text(), re.MULTILINE)
    assert set(names) <= set(INCLUDES)
    assert len(set(names)) == len(names) == (LUA / f"{name}.lua").read_text().count("@include")
    assert "@include" not in script(name).source


def test_every_include_is_used() -> None:
    """No include lies about unused."""
    used = {name for path in LUA.glob("*.lua") for name in re.findall(r'@include "([a-z_]+)"', path.read_text())}
    assert used == set(INCLUDES)


@pytest.mark.parametrize("path", sorted(LUA.rglob("*.lua")), ids=lambda path: path.stem)
def test_payloads_are_opaque(path: Path) -> None:
    """No script parses or writes JSON, which would turn [] into {} and round large integers."""
    assert "cjson" not in path.read_text()


@pytest.mark.parametrize("path", sorted(LUA.rglob("*.lua")), ids=lambda path: path.stem)
def test_scripts_share_no_globals(path: Path) -> None:
    """Every function and variable is local, for servers forbid globals."""
    text = path.read_text()
    assert re.findall(r"^function (?!OUTCOMES\.|EFFECTS\.)", text, re.MULTILINE) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_names_used_are_names_defined(name: str) -> None:
    """Whatever function a script calls was defined before, by itself or by one of its includes."""
    source = re.sub(r"--.*|'[^']*'", "", script(name).source)
    words = {
        "and",
        "assert",
        "function",
        "if",
        "ipairs",
        "next",
        "or",
        "pairs",
        "return",
        "tonumber",
        "tostring",
        "type",
        "unpack",
    }
    defined = {match[1]: match.start() for match in re.finditer(r"local function (\w+)", source)}
    for match in re.finditer(r"(?<![\w.:])([a-z_]+)\(", source):
        assert match[1] in words or defined[match[1]] <= match.start()
