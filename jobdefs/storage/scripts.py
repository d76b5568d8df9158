"""The Lua scripts: one file per move in ``lua/``, shared parts in ``lua/include/``."""

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Final

import attrs

_INCLUDE: Final = re.compile(r'^--- @include "([a-z_]+)"$', re.MULTILINE)
_LUA: Final = files("jobdefs.storage") / "lua"


@attrs.frozen
class Script:
    """A script as the server gets it; ``sha`` is what EVALSHA wants."""

    name: str
    source: str = attrs.field(repr=False)
    sha: str = attrs.field(repr=False)


@cache
def script(name: str) -> Script:
    """Return the script of this name with its includes put in."""
    source = _INCLUDE.sub(_included, (_LUA / f"{name}.lua").read_text("utf-8"))
    return Script(name, source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())


def _included(match: re.Match[str]) -> str:
    return (_LUA / "include" / f"{match[1]}.lua").read_text("utf-8")
