"""Takes jobs out of the store and runs them: ``huey_consumer consumer.app``.

Handlers need only ``from consumer import handles``; the Huey instance ``app`` is built when somebody first asks for it.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consumer.binding import handles
    from consumer.context import JobContext
    from consumer.huey_bridge.app import JobsHuey

    app: JobsHuey

__all__ = ["JobContext", "app", "handles"]

_HOMES = {"handles": "consumer.binding", "JobContext": "consumer.context"}


def __getattr__(name: str) -> Any:
    """Import on first use: pytest loads the plugin that lives here wherever this is installed."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name == "app":
        globals()["app"] = built = _build_app()
        return built
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _build_app() -> "JobsHuey":
    """Build ``app`` for the environment; a program that runs it gets one clear line instead of a traceback."""
    from consumer.factory import build_app
    from jobdefs.errors import JobsError
    from jobdefs.runtime.exits import tell

    try:
        return build_app()
    except JobsError as error:
        if Path(sys.argv[0]).stem == "huey_consumer":
            raise SystemExit(tell("consumer", error)) from None
        raise
