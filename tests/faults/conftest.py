import os

import pytest

from faults.tools import shims
from faults.tools.missing import ToolMissing


@pytest.fixture
def compiler():
    """Have a C compiler; a missing one fails in CI and skips elsewhere."""
    try:
        shims.compiled("clock")
    except ToolMissing as missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(missing))
