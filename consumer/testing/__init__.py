"""For tests of programs that use this one: a pytest plugin (``plugin.py``) and the types of its fixtures.

The fixtures ``jobs`` (for ``async def`` tests) and ``sync_jobs`` give a test an installation of its own on a real
server: what was enqueued, handlers run through the real codec and under real claims, and a time that the test moves.
docs/testing.md shows them at work.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consumer.testing.jobs import Jobs, SyncJobs

__all__ = ["Jobs", "SyncJobs"]


def __getattr__(name: str) -> Any:
    """Import on first use: pytest loads the plugin beside this for every project where this is installed."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from consumer.testing import jobs

    return getattr(jobs, name)
