"""Rubbish written to a key by hand: values of every type, and what could be taken for a job's or would be executed."""

import random
from collections.abc import Callable, Mapping
from typing import Any, Final

Write = Callable[[Any, str, random.Random], None]

_MEBIBYTE: Final = 1024 * 1024
_HEAD: Final = b'{"v":1,"id":"storm","name":"FAULTS_DEF","queue":"default","priority":4,"payload":'
# As a message of stock Huey: whoever unpickles it makes a file.
_PICKLE: Final = b"cos\nsystem\n(S'touch %b'\ntR."
_SCORES: Final = (-1.0, 0.0, 1e300, float("inf"), float("-inf"), 2.0**53 + 1, -(2.0**60))


def harm(path: bytes) -> bytes:
    """Return what makes a file at this path, should anybody execute it."""
    return _PICKLE % path


def _string(value: bytes) -> Write:
    return lambda client, key, _: client.set(key, value)


def _bytes(client: Any, key: str, dice: random.Random) -> None:
    client.set(key, dice.randbytes(dice.randrange(1, 400)))


def _members(dice: random.Random) -> list[bytes]:
    return [b"", b"storm-nobody", b"\x80\x04.", b"a b", b"now", b"x" * 10_000, dice.randbytes(16)]


def _sorted_set(client: Any, key: str, dice: random.Random) -> None:
    client.zadd(key, {member: dice.choice(_SCORES) for member in _members(dice)})


def _fields(dice: random.Random) -> dict[bytes, bytes]:
    texts = [b"", b"-1", b"nan", b"1e999", b"rubbish", b"running", b"\xff\xfe", b"[", dice.randbytes(20)]
    names = [b"state", b"token", b"queue", b"score", b"failures", b"lost", b"fence", b"history", b"@lease", b"@kinds"]
    names += [
        b"stamp",
        b"beat_at_ms",
        b"grace_until_ms",
        b"sweep_cursor",
        b"sweep_place",
        b"verdicts",
        b"ids",
        b"repairs",
    ]
    return {name: dice.choice(texts) for name in [*names, b"running FAULTS_DEF", b"", b"\xff"]}


def _add(command: str) -> Write:
    def add(client: Any, key: str, dice: random.Random) -> None:
        {
            "list": lambda: client.rpush(key, *_members(dice)),
            "set": lambda: client.sadd(key, *_members(dice)),
            "hash": lambda: client.hset(key, mapping=_fields(dice)),
            "one field": lambda: client.hset(key, "state", "running"),
            "stream": lambda: client.xadd(key, {"rubbish": "x"}),
        }[command]()

    return add


def _nothing(client: Any, key: str, _: random.Random) -> None:
    client.delete(key)


# Each with the type of key to which it can be added; what is of another type replaces what is there.
WRITES: Final[Mapping[str, tuple[str, Write]]] = {
    "text": ("string", _string(b"rubbish")),
    "no text": ("string", _string(b"")),
    "bytes": ("string", _bytes),
    "1 MiB": ("string", _string(b"x" * _MEBIBYTE)),
    "half an envelope": ("string", _string(_HEAD)),
    "broken payload": ("string", _string(_HEAD + b'{"order":}}')),
    "version 99": ("string", _string(_HEAD.replace(b'"v":1', b'"v":99') + b"{}}")),
    "list": ("list", _add("list")),
    "set": ("set", _add("set")),
    "sorted set": ("sorted set", _sorted_set),
    "hash": ("hash", _add("hash")),
    "one field": ("hash", _add("one field")),
    "stream": ("stream", _add("stream")),
    "nothing": ("nothing", _nothing),
}
