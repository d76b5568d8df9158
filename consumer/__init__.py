"""Takes jobs out of the store and runs them: ``huey_consumer consumer.app``.

Handlers need only ``from consumer import handles``; the Huey instance ``app`` is built when somebody first asks for it.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consumer.binding import handles
from consumer.context import JobContext

if TYPE_CHECKING:
    from consumer.huey_bridge.app import JobsHuey

    app: JobsHuey

__all__ = ["JobContext", "app", "handles"]


def __getattr__(name: str) -> Any:
    """Build ``app`` at its first use; a program that runs it gets one clear line instead of a traceback."""
    if name != "app":
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from consumer.factory import build_app
    from jobdefs.errors import JobsError
    from jobdefs.runtime.exits import tell

    try:
        built = build_app()
    except JobsError as error:
        if Path(sys.argv[0]).stem == "huey_consumer":
            raise SystemExit(tell("consumer", error)) from None
        raise
    globals()["app"] = built
    return built
