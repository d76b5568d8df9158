"""An application that only defines jobs pays for nothing else."""

import subprocess
import sys

HEAVY = ("redis", "huey", "aiohttp", "cattrs", "orjson", "loguru", "typed_settings", "asyncio")


def test_importing_jobdefs_is_light():
    """``import jobdefs`` loads no server library, no Huey, no web framework and no JSON library."""
    program = f"import sys, jobdefs; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
