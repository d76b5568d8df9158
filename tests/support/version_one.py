"""A key space as version 1 wrote it: jobs in each state, recorded from its own scripts."""

import json
from pathlib import Path
from typing import Any, Final

_RECORDED: Final = Path(__file__).parent.parent / "storage" / "golden" / "version_1.json"
_NAMESPACE: Final = "{t}:"


def write(client: Any, namespace: str) -> None:
    """Put the recorded keys onto a server, under another namespace."""
    for key, kinds in json.loads(_RECORDED.read_text()).items():
        for kind, value in kinds.items():
            _WRITERS[kind](client, key.replace(_NAMESPACE, f"{{{namespace}}}:", 1), value)


_WRITERS: Final = {
    "string": lambda client, key, value: client.set(key, value),
    "hash": lambda client, key, value: client.hset(key, mapping=value),
    "zset": lambda client, key, value: client.zadd(key, value),
    "set": lambda client, key, value: client.sadd(key, *value),
}
