"""Shims: shared objects that stand between a server and its machine, compiled when they are first needed."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from faults.tools.missing import ToolMissing

_HERE: Final = Path(__file__).parent
_FLAGS: Final = ("-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror")


def compiled(name: str) -> Path:
    """Return the shared object of ``NAME_shim.c``, for LD_PRELOAD; raises ToolMissing where there is no C compiler."""
    source = _HERE / f"{name}_shim.c"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    ready = _cache() / f"{name}-{digest}.so"
    if not ready.exists():
        _compile(source, ready)
    return ready


def _compile(source: Path, ready: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise ToolMissing("no C compiler (cc, gcc or clang) is on PATH; apt-get install gcc libc6-dev")
    ready.parent.mkdir(parents=True, exist_ok=True)
    # Several may compile it at once; each renames a whole file.
    with tempfile.TemporaryDirectory(dir=ready.parent) as place:
        half = Path(place) / ready.name
        done = subprocess.run([compiler, *_FLAGS, "-o", half, source, "-ldl"], capture_output=True, check=False)
        if done.returncode:
            raise ToolMissing(f"{compiler} could not compile {source.name}: {done.stderr.decode(errors='replace')}")
        half.rename(ready)


def _cache() -> Path:
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "aiohttp-huey" / "shims"
