from importlib.util import find_spec
from types import ModuleType

import pytest

from consumer import event_loop
from service import server


@pytest.mark.parametrize("program", [server, event_loop], ids=["service", "consumer"])
def test_uvloop_is_used_where_it_is_installed(program: ModuleType) -> None:
    """Both programs run on the loop of the extra ``uvloop`` if it is there, and on Python's own if not."""
    loop = program.new_event_loop()
    loop.close()

    assert type(loop).__module__.partition(".")[0] == ("uvloop" if find_spec("uvloop") else "asyncio")
