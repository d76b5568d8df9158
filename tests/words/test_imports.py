"""An application that only defines jobs pays for nothing else."""

import subprocess
import sys

import pytest

import jobdefs
from jobdefs.jobs import proof

HEAVY = ("redis", "huey", "aiohttp", "cattrs", "orjson", "loguru", "typed_settings", "asyncio")


def test_importing_jobdefs_is_light():
    """``import jobdefs`` loads no server library, no Huey, no web framework and no JSON library."""
    program = f"import sys, jobdefs; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_making_a_definition_is_light():
    """``@define`` asks the table of types, and loads no library for it beyond what ``attrs`` has loaded."""
    program = f"""
import sys, attrs, jobdefs
jobdefs.define("LIGHT")(attrs.make_class("Light", {{"x": attrs.field(type=list[int])}}))
print([name for name in {(*HEAVY, "annotated_types")!r} if name in sys.modules])"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_proof_of_concept_is_there_when_it_is_asked_for():
    """``jobdefs.TestJob`` costs nothing until then, and what is not there is still an AttributeError."""
    assert jobdefs.TestJob is proof.TestJob
    with pytest.raises(AttributeError, match="module 'jobdefs' has no attribute 'Nothing'"):
        _ = jobdefs.Nothing  # type: ignore[attr-defined]
